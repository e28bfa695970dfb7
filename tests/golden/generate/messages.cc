// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/generate/messages.h"

#include <string>

namespace rustnet::frame {
namespace {

Buffer DnsName(std::string_view name) {
  Buffer out;
  while (!name.empty()) {
    const size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    Put8(&out, label.size());
    PutAll(&out, AsBytes(label));
    name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  }
  Put8(&out, 0);
  return out;
}

Buffer DnsMessage(uint16_t id, uint16_t flags, uint16_t answers, std::string_view name,
                  uint16_t type) {
  Buffer out;
  Put16(&out, id);
  Put16(&out, flags);
  Put16(&out, 1);
  Put16(&out, answers);
  Put32(&out, 0);
  PutAll(&out, DnsName(name));
  Put16(&out, type);
  Put16(&out, 1);
  return out;
}

Buffer WithLength16(const Buffer& body) {
  Buffer out;
  Put16(&out, body.size());
  return Join(std::move(out), body);
}

Buffer Extension16(uint16_t type, const Buffer& body) {
  Buffer out;
  Put16(&out, type);
  return Join(std::move(out), WithLength16(body));
}

// A handshake message in a record of its own.
Buffer Handshake(uint8_t type, const Buffer& body) {
  Buffer message = {type, static_cast<uint8_t>(body.size() >> 16)};
  Put16(&message, body.size());
  return Join({22, 3, 1}, WithLength16(Join(std::move(message), body)));
}

}  // namespace

Buffer DnsQuery(uint16_t id, std::string_view name, uint16_t type) {
  return DnsMessage(id, 0x0100, 0, name, type);
}

Buffer DnsAnswer(uint16_t id, std::string_view name, uint16_t type, const IpAddress& address,
                 uint32_t ttl) {
  const Bytes bytes = address.bytes();
  if (bytes.empty()) return DnsMessage(id, 0x8183, 0, name, type);
  Buffer out = DnsMessage(id, 0x8180, 1, name, type);
  Put16(&out, 0xc00c);  // the name of the question
  Put16(&out, type);
  Put16(&out, 1);
  Put32(&out, ttl);
  Put16(&out, bytes.size());
  PutAll(&out, bytes);
  return out;
}

Buffer ClientHello(std::string_view sni, const std::vector<std::string_view>& alpn,
                   uint16_t padding) {
  Buffer body = {3, 3};
  for (uint8_t i = 0; i < 32; ++i) Put8(&body, i);  // random
  Put8(&body, 0);                                   // session id
  PutAll(&body, Hex("0004 1301 1302"));             // cipher suites
  PutAll(&body, Hex("01 00"));                      // compression
  Buffer extensions;
  const Buffer host = Join({0}, WithLength16(Text(sni)));
  PutAll(&extensions, Extension16(0, WithLength16(host)));
  PutAll(&extensions, Extension16(43, Hex("04 0304 0303")));
  Buffer names;
  for (const std::string_view name : alpn) {
    Put8(&names, name.size());
    PutAll(&names, AsBytes(name));
  }
  if (!alpn.empty()) PutAll(&extensions, Extension16(16, WithLength16(names)));
  if (padding != 0) PutAll(&extensions, Extension16(21, Buffer(padding)));
  return Handshake(1, Join(std::move(body), WithLength16(extensions)));
}

Buffer ServerHello() {
  Buffer body = {3, 3};
  for (uint8_t i = 32; i < 64; ++i) Put8(&body, i);
  PutAll(&body, Hex("00 1301 00"));
  return Handshake(2, Join(std::move(body), WithLength16(Extension16(43, Hex("0304")))));
}

Buffer TlsData(uint16_t size) {
  Buffer body(size);
  uint32_t state = size;
  for (uint8_t& byte : body) {
    state = state * 1'664'525 + 1'013'904'223;  // looks random, and is the same every time
    byte = static_cast<uint8_t>(state >> 24);
  }
  return Join({23, 3, 3}, WithLength16(body));
}

Buffer HttpRequest(std::string_view host, std::string_view path) {
  return Text("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) +
              "\r\nUser-Agent: generator/1\r\nAccept: */*\r\n\r\n");
}

Buffer HttpResponse(size_t size) {
  return Text("HTTP/1.1 200 OK\r\nServer: generator\r\nContent-Length: " + std::to_string(size) +
              "\r\n\r\n" + std::string(size, 'x'));
}

}  // namespace rustnet::frame
