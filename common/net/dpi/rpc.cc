// SPDX-License-Identifier: Apache-2.0
// ONC RPC (RFC 5531 section 9): a call has its id, 0, version 2 of RPC, program, version,
// procedure, and two authenticators; over TCP a record mark stands before it (section 11).
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kRpcProgram{"rpc_program", false, true};
constexpr Field kRpcVersion{"rpc_version", false, true};
constexpr Field kRpcProcedure{"rpc_procedure", false, true};

constexpr uint32_t kCall = 0, kReply = 1;
constexpr uint32_t kLongestAuth = 400;
constexpr uint32_t kLongestRecord = 1 << 24;
constexpr uint32_t kLastFragment = 0x80000000;

size_t RecordSize(Bytes start) {
  ByteReader reader(start);
  const uint32_t mark = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  const uint32_t length = mark & ~kLastFragment;
  return length != 0 && length <= kLongestRecord ? length + size_t{4} : 0;
}

bool ReadRpc(Bytes message, const Moment&, Facts* facts) {
  ByteReader reader(message);
  reader.Skip(4);
  const uint32_t type = reader.U32();
  if (!reader.ok() || type > kReply) return false;
  if (type == kReply) return true;
  const uint32_t rpc_version = reader.U32();
  const uint32_t program = reader.U32();
  const uint32_t version = reader.U32();
  const uint32_t procedure = reader.U32();
  if (!reader.ok() || rpc_version != 2) return false;
  facts->AddNumber(kRpcProgram, program);
  facts->AddNumber(kRpcVersion, version);
  facts->AddNumber(kRpcProcedure, procedure);
  return true;
}

bool ReadRecord(Bytes record, const Moment& moment, Facts* facts) {
  return ReadRpc(record.subspan(4), moment, facts);
}

Shape& Call(Shape* shape) {
  return shape->Skip(4)
      .U32(Equal(kCall))
      .U32(Equal(2))
      .U32(Between(100000, 0x5fffffff))  // section 13: who gives numbers out begins there
      .U32(Between(0, 1000))
      .U32(Between(0, 10000))
      .U32(Between(0, 6))
      .U32(Between(0, kLongestAuth));
}

// Section 9: accepted, with a verifier and a result; or denied.
Shape& Reply(Shape* shape) {
  return shape->Skip(4)
      .U32(Equal(kReply))
      .U32(Equal(0))
      .U32(Between(0, 6))
      .U32(Between(0, kLongestAuth));
}

Verdict Either(Verdict a, Verdict b) {
  if (a == Verdict::kMatch || b == Verdict::kMatch) return Verdict::kMatch;
  return a == Verdict::kNeedMore || b == Verdict::kNeedMore ? Verdict::kNeedMore
                                                            : Verdict::kNotMine;
}

}  // namespace

Verdict ProbeRpc(Bytes datagram) {
  Shape shape(datagram);
  return Call(&shape).verdict();
}

Verdict ProbeRpcPort(Bytes datagram) {
  Shape call(datagram);
  Shape reply(datagram);
  return Either(Call(&call).verdict(), Reply(&reply).verdict());
}

Verdict ProbeRpcTcp(Bytes opening) {
  Shape shape(opening);
  shape.Is("\x80").Skip(3);
  return Call(&shape).verdict();
}

Verdict ProbeRpcTcpPort(Bytes opening) {
  const auto mark = [](uint32_t n) { return Between(24, kLongestRecord)(n & ~kLastFragment); };
  Shape call(opening);
  Shape reply(opening);
  call.U32(mark);
  reply.U32(mark);
  return Either(Call(&call).verdict(), Reply(&reply).verdict());
}

FieldList RpcFields() { return FieldsOf<kRpcProgram, kRpcVersion, kRpcProcedure>(); }

std::unique_ptr<Session> StartRpc() { return StartDatagrams<&ReadRpc>(); }
std::unique_ptr<Session> StartRpcTcp() { return StartFrames<&RecordSize, &ReadRecord, 64>(); }

}  // namespace rustnet::net
