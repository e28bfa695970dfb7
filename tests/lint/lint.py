#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the compiler cannot check: who may include whom, where platform and privileged code stands, sizes, banned words.

    lint.py [FILE...]     all tracked files without arguments; exit 1 and a line per finding
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A folder may include itself and what its row names; arrows only point downward.
LAYERS = {
    'common/base': [],
    'common/net/packet': ['common/base'],
    'common/net/names': ['common/base', 'common/net/packet'],
    'common/net/dpi': ['common/base', 'common/net/packet', 'common/net/names'],
    'common/net/flow': ['common/base', 'common/net/packet', 'common/net/dpi'],
    'common/model': ['common/base', 'common/net/names', 'common/net/packet', 'rustnet/v1'],
    'daemon/broker': ['common/base'],
    'daemon/seal': ['common/base', 'daemon/broker', 'daemon/attribution/bpf'],
    'daemon/capture': ['common/base', 'common/net/packet', 'daemon/seal'],
    'daemon/attribution': ['common/base', 'common/net/packet', 'daemon/broker', 'daemon/seal'],
    'daemon/nat': ['common/base', 'common/net/packet', 'daemon/attribution', 'daemon/seal'],
    'daemon/table': ['common/base', 'common/net', 'common/model', 'daemon/attribution', 'daemon/nat', 'rustnet/v1'],
    'daemon/rpc': ['common/base', 'common/net', 'common/model', 'daemon/table', 'daemon/attribution', 'rustnet/v1', 'grpc/health'],
    'daemon': ['common', 'daemon', 'rustnet/v1'],
    'client/stream': ['common/base', 'common/model', 'rustnet/v1'],
    'client/text': ['common/base', 'common/model', 'common/net/names'],
    'client/input': ['common/base', 'client/text'],
    'client/commands': ['common/base', 'common/model', 'client/stream', 'client/text', 'client/input', 'rustnet/v1'],
    'client/view': ['common/base', 'common/model', 'common/net/names', 'client/input', 'client/text', 'client/stream'],
    'client': ['common', 'client', 'rustnet/v1'],
}

# Third-party headers that belong to one place (prefix of the include -> folders that may have it).
RESERVED = {
    'curses.h': ['client/view/screen_curses', 'client/input'],
    'ncurses.h': ['client/view/screen_curses', 'client/input'],
    'pcap': ['daemon/capture/', 'daemon/seal/', 'tests/'],
    'bpf/': ['daemon/attribution/bpf/', 'daemon/seal/load_bpf', 'tests/', 'bench/'],
    'grpcpp/': ['daemon/rpc/', 'client/stream/', 'client/commands/', 'tests/', 'bench/'],
    'seccomp.h': ['daemon/seal/', 'daemon/broker/', 'tests/sandbox/'],
    'openssl/': ['common/net/dpi/', 'tests/unit/common/net/dpi/'],
    'absl/': ['common/base/status_abseil/', 'common/model/', 'daemon/table/', 'daemon/rpc/', 'client/', 'tests/', 'bench/'],
}

# In common/net: pure code.  (what, why)
PURE = [
    (r'#\s*include <(mutex|atomic|thread|chrono|ctime|unistd\.h|sys/)', 'common/net has no lock, thread, clock or system call'),
    (r'\b(reinterpret_cast|memcpy|sscanf)\b', 'bytes from a network are read by ByteReader alone'),
]
BANNED = [
    (r'#\s*include <format>|std::format\b', 'std::format is not in g++ 12'),
    (r'std::(views|ranges::views|source_location)\b', 'clang 14 has no std::views or source_location'),
    (r'\bclass \w*(Manager|Helper|Util|Utils)\b', 'no Manager, Helper or Util'),
    (r'\bTODO\b|\bFIXME\b|\bXXX\b', 'write an issue instead'),
]
PLATFORM_IFDEF = re.compile(r'^\s*#\s*(if|ifdef|ifndef|elif).*\b(__linux__|_WIN32|__APPLE__|__FreeBSD__|__OpenBSD__|__NetBSD__)\b')
PLATFORM_FILE = re.compile(r'_(linux|macos|freebsd|openbsd|netbsd|windows|bsd|posix|none)\.(cc|h)$')
LONGEST = 500
LONGEST_TEST = 650  # a table of cases reads top-down however long it is
PRIVILEGED_LINES = 4500  # of daemon/seal and daemon/broker: what runs as root must stay readable in an afternoon


def tracked():
    """What git knows; in a tree without git every file outside build/."""
    if not os.path.exists(os.path.join(ROOT, '.git')):
        found = [os.path.relpath(os.path.join(folder, name), ROOT) for folder, _, names in os.walk(ROOT) for name in names]
        return sorted(f for f in found if not f.startswith('build/'))
    out = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z'], capture_output=True, text=True, check=True).stdout
    return [f for f in out.split('\0') if f and os.path.isfile(os.path.join(ROOT, f))]


def folder_of(path):
    best = ''
    for folder in LAYERS:
        if path.startswith(folder + '/') and len(folder) > len(best):
            best = folder
    return best


def check_layers(path, number, line, found):
    match = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
    if not match:
        return
    target = match.group(1)
    for prefix, places in RESERVED.items():
        if target.startswith(prefix) and not any(path.startswith(p) for p in places):
            found.append(f'{path}:{number}: <{target}> may be included in {", ".join(places)} alone')
    folder = folder_of(path)
    if not folder or not re.match(r'(common|daemon|client|rustnet/v1|grpc/health)/', target):
        return
    if folder in ('daemon', 'client'):  # their own files are the table of contents: they know every room
        return
    if folder_of(target) != folder and not any(target.startswith(a + '/') for a in LAYERS[folder]):
        found.append(f'{path}:{number}: {folder} may not include {target}')


def check_code(path, lines, found):
    code = path.startswith(('common/', 'daemon/', 'client/'))
    for number, line in enumerate(lines, 1):
        check_layers(path, number, line, found)
        bare = re.sub(r'//.*', '', line)
        for pattern, why in BANNED:
            if re.search(pattern, line):
                found.append(f'{path}:{number}: {why}')
        if code and PLATFORM_IFDEF.match(bare) and not PLATFORM_FILE.search(path):
            found.append(f'{path}:{number}: platform code is chosen by file suffix, not by #if')
        if path.startswith('common/net/'):
            for pattern, why in PURE:
                if re.search(pattern, bare):
                    found.append(f'{path}:{number}: {why}')
    longest = LONGEST_TEST if path.startswith('tests/') else LONGEST
    if len(lines) > longest:
        found.append(f'{path}: {len(lines)} lines; over {longest} is split')


def check_verdicts(path, lines, found):
    """A cgroup program that returns anything but 1 forbids what a process asked the kernel for."""
    program = False
    for number, line in enumerate(lines, 1):
        if line.startswith('SEC("'):
            program = re.match(r'SEC\("\??(cgroup|sockops)', line) is not None
        elif line.startswith('}'):
            program = False
        elif re.match(r'#\s*define\s+kAllow\b', line) and not re.match(r'#define kAllow 1$', line):
            found.append(f'{path}:{number}: kAllow is 1')
        elif program and re.search(r'\breturn\b(?! kAllow;)', re.sub(r'//.*', '', line)):
            found.append(f'{path}:{number}: a cgroup program returns kAllow, and nothing else')


def main():
    files = sys.argv[1:] or tracked()
    found = []
    privileged = 0
    for path in files:
        if not path.endswith(('.h', '.cc', '.c', '.py', '.sh')) and path != 'dev':
            continue
        with open(os.path.join(ROOT, path), encoding='utf-8') as f:
            lines = f.read().split('\n')
        if not any('SPDX-License-Identifier' in line for line in lines[:3]):
            found.append(f'{path}:1: no SPDX-License-Identifier')
        if path.endswith(('.h', '.cc', '.c')):
            check_code(path, lines, found)
        if path.startswith('daemon/attribution/bpf/'):
            check_verdicts(path, lines, found)
        if path.startswith(('daemon/seal/', 'daemon/broker/')):
            privileged += len(lines) - 1  # the last one is what follows the last newline
    if privileged > PRIVILEGED_LINES:
        found.append(f'daemon/seal and daemon/broker have {privileged} lines; the privileged code must not grow over {PRIVILEGED_LINES}')
    for line in found:
        print(line)
    print(f'lint: {len(found)} findings in {len(files)} files')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
