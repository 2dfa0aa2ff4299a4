on run argv
	activate
	set answered to display dialog (item 1 of argv) with title "mfaenv" default answer "" buttons {"Cancel", "OK"} default button "OK" cancel button "Cancel"
	return text returned of answered
end run
