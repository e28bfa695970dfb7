// SPDX-License-Identifier: Apache-2.0
// golden_generate DIR: writes every capture of the golden tests to DIR.
#include <cstdio>
#include <string>

#include "tests/golden/generate/captures.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: golden_generate DIR\n", stderr);
    return 64;
  }
  for (const rustnet::frame::Capture& capture : rustnet::frame::Captures()) {
    const std::string path = std::string(argv[1]) + "/" + std::string(capture.name) + ".pcap";
    rustnet::frame::PcapWriter out(path, capture.link_type, capture.snaplen);
    capture.write(&out);
    if (!out.ok()) {
      std::fprintf(stderr, "cannot write %s\n", path.c_str());
      return 73;
    }
  }
  return 0;
}
