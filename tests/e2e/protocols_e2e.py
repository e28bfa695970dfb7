#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real servers and clients over a veth: each row has its process, its application and its facts."""
import os
import subprocess
import tempfile

import harness as h


def application(row):
    return row.get('application', {}).get('protocols', [])


def find(daemon, *args, app, process):
    def look():
        for row in daemon.rows('--historic', *args):
            if app in application(row) and row.get('process', {}).get('name') == process:
                return row
        return None
    return h.wait_for(f'a {app} row of {process}', look, 10)


def fields(daemon, row):
    shown = daemon.one('show', row['id'])['connection']
    return {f['name']: f['values'] for f in shown.get('application', {}).get('fields', [])}


def certificate(folder):
    h.need('openssl')
    h.run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', folder + '/key.pem', '-out', folder + '/cert.pem',
          '-days', '2', '-subj', '/CN=web.example')


NGINX = '''daemon off; pid {folder}/pid; error_log {folder}/error; events {{}}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 10.77.0.2:80; listen 10.77.0.2:443 ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
  location / {{ return 200 "hello\\n"; }} }} }}'''


def test_web_dns_and_ssh():
    h.need('nginx', 'dnsmasq', 'sshd', 'ssh-keyscan', 'curl')
    with h.Net() as net, tempfile.TemporaryDirectory() as folder, h.Daemon('-i', 'veth0', net=net, ns=net.a) as daemon:
        os.chmod(folder, 0o755)
        certificate(folder)
        with open(folder + '/nginx.conf', 'w', encoding='utf-8') as conf:
            conf.write(NGINX.format(folder=folder))
        net.start(net.b, 'nginx', '-c', folder + '/nginx.conf')
        net.start(net.b, 'dnsmasq', '-k', '-C', '/dev/null', '--no-resolv', '--no-hosts', '--listen-address=10.77.0.2',
                  '--bind-interfaces', '--address=/web.example/10.77.0.2', '--user=root', '--pid-file=')
        h.run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder + '/host')
        os.makedirs('/run/sshd', exist_ok=True)
        sshd = subprocess.run(['sh', '-c', 'command -v sshd || echo /usr/sbin/sshd'], capture_output=True, text=True, check=True)
        net.start(net.b, sshd.stdout.strip(), '-D', '-f', '/dev/null', '-h', folder + '/host', '-p', '22', '-o',
                  'ListenAddress=10.77.0.2', '-o', 'PidFile=none')
        for port in ('80', '443', '22'):
            h.wait_for(f'port {port}', lambda p=port: f':{p} ' in net.run(net.b, 'ss', '-Hltn').stdout, 10)
        h.wait_for('dnsmasq', lambda: ':53 ' in net.run(net.b, 'ss', '-Hlun').stdout, 10)

        query = ('import socket,struct\n'
                 's=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.settimeout(3)\n'
                 'q=struct.pack(">HHHHHH",7,0x100,1,0,0,0)+b"\\3web\\7example\\0"+struct.pack(">HH",1,1)\n'
                 's.sendto(q,("10.77.0.2",53)); s.recv(512)\n')
        net.run(net.a, 'python3', '-c', query)
        net.run(net.a, 'curl', '-s', 'http://10.77.0.2/path?secret=hunter2', '-H', 'Host: web.example')
        net.run(net.a, 'curl', '-sk', '--resolve', 'web.example:443:10.77.0.2', 'https://web.example/')
        net.run(net.a, 'ssh-keyscan', '-t', 'ed25519', '10.77.0.2', check=False)

        dns = find(daemon, '--filter', 'port:53', app='dns', process='python3')
        assert fields(daemon, dns)['dns_qname'] == ['web.example'] and fields(daemon, dns)['dns_answers'] == ['10.77.0.2']
        http = find(daemon, '--filter', 'port:80', app='http', process='curl')
        facts = fields(daemon, http)
        assert facts['http_method'] == ['GET'] and facts['http_host'] == ['web.example'], facts
        shown = daemon.one('show', http['id'])['connection']
        del shown['process']  # curl's own command line has it
        assert 'hunter2' not in str(shown), 'a query string left the dissector'
        tls = find(daemon, '--filter', 'port:443', app='tls', process='curl')
        facts = fields(daemon, tls)
        assert facts['sni'] == ['web.example'] and facts['tls_version'] == ['TLS1.3'], facts
        assert tls['remote']['names'][0]['name'] == 'web.example', tls['remote']
        ssh = find(daemon, '--filter', 'port:22', app='ssh', process='ssh-keyscan')
        assert 'OpenSSH' in fields(daemon, ssh)['ssh_server'][0]
        # The same rows through the API itself.
        listed = h.run(h.grpcurl(), '-plaintext', '-unix', '-d', '{"filter":"app:tls"}', daemon.socket,
                       'rustnet.v1.MonitorService/ListConnections').stdout
        assert 'web.example' in listed and '"curl"' in listed, listed


def test_grpcurl_describes_the_api():
    h.need_root()
    with h.Daemon('-i', 'lo') as daemon:
        services = h.run(h.grpcurl(), '-plaintext', '-unix', daemon.socket, 'list').stdout.split()
        assert {'rustnet.v1.MonitorService', 'rustnet.v1.ControlService', 'grpc.health.v1.Health'} <= set(services), services
        health = h.run(h.grpcurl(), '-plaintext', '-unix', daemon.socket, 'grpc.health.v1.Health/Check').stdout
        assert 'SERVING' in health
        for call in ('MonitorService/WatchEvents', 'MonitorService/WatchStats', 'ControlService/Reload'):
            done = h.run(h.grpcurl(), '-plaintext', '-unix', daemon.socket, 'rustnet.v1.' + call, check=False)
            assert 'Unimplemented' in done.stderr, done


if __name__ == '__main__':
    h.main()
