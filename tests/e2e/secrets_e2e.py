#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets that stand in a capture are in nothing that comes out: neither in flows, nor in rows, nor in the API's answers."""
import base64
import os
import struct
import tempfile

import harness as h

SECRET = 'pl4nted-s3cret'
ENCODED = base64.b64encode(b'ab:' + SECRET.encode()).decode()
CLIENT, SERVER = (10, 0, 0, 1), (10, 0, 0, 2)

HTTP = [f'GET http://ab:{SECRET}@h/a?token={SECRET} HTTP/1.1\r\nHost: ab:{SECRET}@h\r\nCookie: id={SECRET}\r\n'
        f'Authorization: Basic {ENCODED}\r\nReferer: http://h/?{SECRET}\r\n\r\n',
        f'HTTP/1.1 200 OK\r\nSet-Cookie: id={SECRET}\r\nContent-Length: {len(SECRET)}\r\n\r\n{SECRET}']
FTP = [f'USER ab\r\nPASS {SECRET}\r\n', '220 FTP\r\n331 ok\r\n230 in\r\n', f'ACCT {SECRET}\r\n{SECRET}\r\n']
SIP = [f'REGISTER sip:h?x={SECRET} SIP/2.0\r\nAuthorization: Digest response="{SECRET}"\r\nUser-Agent: phone\r\n\r\n']


def packet(protocol, back, transport):
    ends = bytes(SERVER + CLIENT if back else CLIENT + SERVER)
    return struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(transport), 0, 0, 64, protocol, 0) + ends + transport


def datagram(port, text):
    return packet(17, False, struct.pack('>HHHH', 40000 + port, port, 8 + len(text), 0) + text)


def stream(port, texts):
    """A connection: the client's texts and the server's, in turns."""
    sent = [1000, 2000]

    def segment(back, flags, text=b''):
        ports = (port, 40000 + port) if back else (40000 + port, port)
        made = packet(6, back, struct.pack('>HHIIBBHHH', *ports, sent[back], sent[not back], 0x50, flags, 8192, 0, 0) + text)
        sent[back] += len(text) + (1 if flags & 3 else 0)
        return made

    yield segment(False, 2)
    yield segment(True, 0x12)
    for i, text in enumerate(texts):
        yield segment(i % 2 == 1, 0x18, text.encode())
    yield segment(False, 0x11)
    yield segment(True, 0x11)


def snmp():
    community = SECRET.encode()
    body = b'\2\1\1\4' + bytes([len(community)]) + community + b'\xa0\x0d\2\1\1\2\1\0\2\1\0\x30\2\x30\0'
    return b'\x30' + bytes([len(body)]) + body


def write_capture(path):
    packets = [*stream(80, HTTP), *stream(21, FTP), datagram(161, snmp()), datagram(5060, SIP[0].encode())]
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))  # raw IP
        for i, data in enumerate(packets):
            file.write(struct.pack('<IIII', 1700000000, i * 1000, len(data), len(data)) + data)
    os.chmod(path, 0o644)


def expect_no_secret(text, where):
    for secret in (SECRET, SECRET.upper(), ENCODED, ENCODED[4:]):
        assert secret not in text, f'{where} has {secret}:\n{text}'


def expect_all_known(text, where):
    for known in ('http', 'ftp', 'snmp', 'sip'):
        assert f'"{known}"' in text, f'{where} knows no {known}:\n{text}'


def test_flows_have_none_unless_asked():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = folder + '/a.pcap'
        write_capture(path)
        flows = h.run(h.DAEMON, '--read', path, '--flows', '-')
        expect_all_known(flows.stdout, 'flows')
        expect_no_secret(flows.stdout + flows.stderr, 'flows')
        shown = h.run(h.DAEMON, '--read', path, '--flows', '-', '--show-secrets').stdout
        for fact in (f'a?token={SECRET}', f'ab:{SECRET}@h', f'"{SECRET}"'):
            assert fact in shown, (fact, shown)


def test_a_served_replay_tells_none():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = folder + '/a.pcap'
        write_capture(path)
        with h.Daemon('--read', path) as daemon:
            rows = h.wait_for('four rows', lambda: (lambda r: r if len(r) >= 4 else None)(
                daemon.rows('--historic', '--limit', '0')), 10)
            for form in ('jsonl', 'csv', 'table'):
                listed = h.client(daemon.socket, 'list', '--historic', '--limit', '0', '--format', form).stdout
                if form == 'jsonl':
                    expect_all_known(listed, 'list')
                expect_no_secret(listed, 'list')
                expect_no_secret(h.client(daemon.socket, 'status', '--format', form, check=False).stdout, 'status')
            shown = ''.join(h.client(daemon.socket, 'show', row['id'], '--format', form).stdout for row in rows
                            for form in ('jsonl', 'table'))
            assert 'http_path' in shown and 'snmp_version' in shown, shown
            expect_no_secret(shown, 'show')
            expect_no_secret(daemon.text(), 'the log')
            for fields in ('"application"', '"application.protocols","application.fields"'):
                api = h.run(h.grpcurl(), '-plaintext', '-unix', '-d', '{"include_historic":true,"read_mask":[' + fields + ']}',
                            daemon.socket, 'rustnet.v1.MonitorService/ListConnections').stdout
                expect_all_known(api, 'ListConnections')
                expect_no_secret(api, 'ListConnections')


if __name__ == '__main__':
    h.main()
