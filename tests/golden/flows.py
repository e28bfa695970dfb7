#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each generated capture through `rustnetd --flows`, against tests/golden/flows/<capture>.jsonl, line by line.

    flows.py GENERATE_CAPTURES RUSTNETD      RUSTNET_GOLDEN=write writes what is new instead of comparing
"""
import os
import subprocess
import sys
import tempfile

EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'flows')


def main():
    generate, daemon = sys.argv[1:3]
    write = os.environ.get('RUSTNET_GOLDEN') == 'write'
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([generate, folder], check=True)
        names = sorted(f for f in os.listdir(folder) if f.endswith(('.pcap', '.pcapng')))
        if not names:
            print('no captures were generated')
            return 1
        for name in names:
            done = subprocess.run([daemon, '--read', os.path.join(folder, name), '--flows', '-'], capture_output=True,
                                  text=True, check=False)
            path = os.path.join(EXPECTED, name + '.jsonl')
            if write:
                with open(path, 'w', encoding='utf-8') as f:
                    f.write(done.stdout)
                continue
            try:
                with open(path, encoding='utf-8') as f:
                    expected = f.read()
            except FileNotFoundError:
                expected = ''
            if done.stdout == expected and expected:
                print(f'ok      {name}')
                continue
            wrong += 1
            print(f'WRONG   {name} {done.stderr.strip()}')
            for mark, ours, theirs in (('-', expected, done.stdout), ('+', done.stdout, expected)):
                for line in ours.splitlines():
                    if line not in theirs.splitlines():
                        print(mark, line)
        stale = set(os.listdir(EXPECTED)) - {n + '.jsonl' for n in names}
        if stale:
            print('no capture for', *sorted(stale))
    return 1 if wrong or stale else 0


if __name__ == '__main__':
    sys.exit(main())
