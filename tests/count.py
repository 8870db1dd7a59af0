# SPDX-License-Identifier: GPL-3.0-or-later
"""Count test cases in a meson testlog.json, name the failed and the skipped.

Usage: count.py TESTLOG.  A test that speaks TAP counts as its cases, any other
as one.  The last line is "N passed, N failed, N skipped"; exit 1 if any failed."""
import json
import re
import sys

TAP = re.compile(r'(not )?ok\b *\d* *-? *(.*?) *(# *(SKIP|TODO)\b *(.*))?$', re.IGNORECASE)
passed, failed, skipped = 0, [], []

for line in open(sys.argv[1], encoding='utf-8'):
    test = json.loads(line)
    name, result = test['name'].split(' / ')[-1], test['result']
    cases = [m for m in map(TAP.match, test.get('stdout', '').splitlines()) if m]
    broken = result not in ('OK', 'SKIP', 'EXPECTEDFAIL')
    failed_before = len(failed)
    for case in cases:
        label = f'{name}: {case[2]}'
        if (case[4] or '').upper() == 'SKIP':
            skipped.append(f'{label} ({case[5]})')
        elif case[1] and not case[4]:
            failed.append(label)
        else:
            passed += 1
    if broken and len(failed) == failed_before:
        failed.append(f'{name}: {result.lower()}')  # died, or timed out
    elif not cases:
        if result == 'SKIP':
            reason = re.search(r'^1\.\.0 *# *SKIP *(.*)', test.get('stdout', ''), re.I | re.M)
            skipped.append(f'{name} ({reason[1]})' if reason else name)
        else:
            passed += 1

for label in skipped:
    print('skipped', label)
for label in failed:
    print('FAILED', label)
print(f'{passed} passed, {len(failed)} failed, {len(skipped)} skipped')
sys.exit(bool(failed))
