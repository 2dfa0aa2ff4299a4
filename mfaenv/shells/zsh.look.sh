    {
        # Whether the store has news; a FIFO may be another user's. No process is started for $(<FILE); read is slower.
        _mfaenv_before=$_mfaenv_seen _mfaenv_seen=-
        [ ! -O "${MFAENV_STORE-}/latest" ] || _mfaenv_seen=$(<"${MFAENV_STORE-}/latest")
        [ "$_mfaenv_seen" != "$_mfaenv_before" ]
    }
