# SPDX-License-Identifier: GPL-3.0-or-later
# Passes the benchmark's lines on as they come, and ends with them as a table in
# markdown.  A line "# failed" becomes the exit status 1.
{ print; fflush() }
/^# failed/ { failed = 1 }
/^# / { notes = notes substr($0, 3) "  \n"; next }
NF == 3 { rows = rows sprintf("| %s | %s | %s |\n", $1, $2, $3) }
END {
  printf "\n%s\n| measurement | value | unit |\n|---|---:|---|\n%s", notes, rows
  exit failed
}
