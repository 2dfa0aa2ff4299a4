doskey mfaenv=for /f "delims=" %i in ('mfaenv.exe init cmd --call $*') do @%i
