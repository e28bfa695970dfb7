#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library as another project sees it: installed into an empty folder, found by CMake, linked, run on a capture.

    consumer.py BUILD [CMAKE_ARG...]    BUILD: the tree to install from
"""
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
A, B = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
EXPECTED = '''tcp 10.0.0.1 40000 3 149 10.0.0.2 80 2 99 http
udp 10.0.0.1 40001 1 49 10.0.0.2 53 0 0 dns
'''


def packet(protocol, back, transport):
    ends = B + A if back else A + B
    return struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(transport), 0, 0, 64, protocol, 0) + ends + transport


def tcp(back, seq, ack, flags, text=b''):
    ports = (80, 40000) if back else (40000, 80)
    return packet(6, back, struct.pack('>HHIIBBHHH', *ports, seq, ack, 0x50, flags, 8192, 0, 0) + text)


def write_capture(path):
    request, answer = b'GET / HTTP/1.1\r\nHost: a.b\r\n\r\n', b'HTTP/1.1 200 OK\r\n\r\n'
    query = struct.pack('>HHHHHH', 7, 0x100, 1, 0, 0, 0) + b'\1a\1b\0' + struct.pack('>HH', 1, 1)
    packets = [tcp(False, 1, 0, 2), tcp(True, 1, 2, 0x12), tcp(False, 2, 2, 0x10), tcp(False, 2, 2, 0x18, request),
               tcp(True, 2, 2 + len(request), 0x18, answer),
               packet(17, False, struct.pack('>HHHH', 40001, 53, 8 + len(query), 0) + query)]
    with open(path, 'wb') as file:
        file.write(struct.pack('=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))  # raw IP
        for i, data in enumerate(packets):
            file.write(struct.pack('=IIII', 1700000000, i * 1000, len(data), len(data)) + data)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f'{" ".join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def main():
    build, *arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        prefix, built, capture = (os.path.join(folder, name) for name in ('prefix', 'build', 'a.pcap'))
        run('cmake', '--install', build, '--component', 'net-development', '--prefix', prefix)
        installed = [name for _, _, names in os.walk(prefix) for name in names]
        strangers = [name for name in installed if not name.endswith(('.h', '.a', '.cmake'))]
        if strangers:
            sys.exit(f'installed with the library: {strangers}')
        run('cmake', '-S', HERE, '-B', built, '-DCMAKE_PREFIX_PATH=' + prefix, *arguments)
        run('cmake', '--build', built)
        write_capture(capture)
        flows = run(os.path.join(built, 'flows'), capture)
        if flows != EXPECTED:
            sys.exit(f'flows printed\n{flows}instead of\n{EXPECTED}')
        print(flows, end='')


if __name__ == '__main__':
    main()
