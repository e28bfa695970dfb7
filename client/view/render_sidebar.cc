// SPDX-License-Identifier: Apache-2.0
// The system sidebar, and the figures about the daemon that title and sidebar share.  A row without
// data is absent.
#include <algorithm>
#include <array>

#include "client/text/format.h"
#include "client/text/utf8.h"
#include "client/text/width.h"
#include "client/view/graph.h"
#include "client/view/painter.h"

namespace rustnet::client {
namespace {

constexpr int kLabelWidth = 10;

class Lines {
 public:
  explicit Lines(const Painter& paint)
      : paint_(paint), begin_(paint.areas.sidebar + 1), top_(Top(paint)), row_(top_) {
    const int bottom = paint.areas.footer;
    for (int y = row_; y < bottom; ++y) {
      paint_.cells().Put(paint.areas.sidebar, y, "│", {Token::kBorder});
    }
  }

  void Heading(std::string_view text) {
    if (row_ > top_) ++row_;
    if (!Room()) return;
    paint_.cells().Put(begin_ + 1, row_, "▎", {Token::kAccent});
    paint_.cells().Put(begin_ + 3, row_, text, {Token::kHeading, Token::kNone, true});
    ++row_;
  }
  void Row(std::string_view label, std::string_view value, Token token = Token::kText) {
    if (!Room() || value.empty()) return;
    paint_.cells().Put(begin_ + 1, row_, label, {Token::kLabel});
    const int at = begin_ + 1 + kLabelWidth;
    paint_.cells().Put(at, row_, Shorten(value, paint_.columns() - at), {token});
    ++row_;
  }
  int left() const { return paint_.areas.footer - row_; }
  int width() const { return paint_.columns() - begin_ - 2; }
  void Text(std::string_view value, Token token) {
    if (!Room()) return;
    paint_.cells().Put(begin_ + 1, row_, Shorten(value, paint_.columns() - begin_ - 1), {token});
    ++row_;
  }

 private:
  // A banner goes over the whole width.
  static int Top(const Painter& paint) {
    const bool banner =
        paint.model.link.phase == LinkState::Phase::kLost || paint.model.not_answering();
    return banner ? paint.areas.header : paint.areas.title;
  }
  bool Room() const { return row_ < paint_.areas.footer; }

  const Painter& paint_;
  const int begin_;
  const int top_;
  int row_;
};

uint64_t Above(uint64_t now, uint64_t baseline) { return now > baseline ? now - baseline : now; }

const v1::Backend* AttributionBackend(const v1::GetServerInfoResponse& info) {
  for (const v1::Backend& backend : info.backends()) {
    if (backend.name().starts_with("attribution") && backend.state() == v1::Backend::STATE_ACTIVE) {
      return &backend;
    }
  }
  for (const v1::Backend& backend : info.backends()) {
    if (backend.name().starts_with("attribution")) return &backend;
  }
  return nullptr;
}

void PaintAttribution(Lines* lines, const Model& model) {
  const v1::Backend* backend = AttributionBackend(model.link.info);
  if (backend != nullptr) {
    const bool good = backend->state() == v1::Backend::STATE_ACTIVE;
    const size_t slash = backend->name().find('/');
    const std::string rung =
        slash == std::string::npos ? backend->name() : backend->name().substr(slash + 1);
    lines->Row("Attrib.", backend->text().empty() ? rung : rung + " · " + backend->text(),
               good ? Token::kOk : Token::kWarn);
  }
  uint64_t known = 0;
  uint64_t all = 0;
  for (const v1::AttributionCount& count : model.side.stats.attribution()) {
    all += count.flows();
    if (count.quality() != v1::QUALITY_NONE && count.quality() != v1::QUALITY_UNSPECIFIED) {
      known += count.flows();
    }
  }
  if (all > 0) lines->Row("", Grouped(known) + " of " + Grouped(all) + " have an owner");
}

void PaintSandbox(Lines* lines, const Model& model) {
  const v1::Sandbox& sandbox = model.link.info.sandbox();
  if (sandbox.controls().empty()) return;
  lines->Heading("Sandbox (daemon)");
  if (sandbox.mode() == v1::Sandbox::MODE_OFF) {
    lines->Text("OFF: rustnetd is not confined", Token::kErr);
    return;
  }
  if (sandbox.mode() == v1::Sandbox::MODE_REPORT) {
    lines->Text("REPORT: system calls are logged, not refused", Token::kErr);
  }
  int verified = 0;
  for (const v1::SandboxControl& control : sandbox.controls()) {
    verified += control.state() == v1::SandboxControl::STATE_VERIFIED ? 1 : 0;
  }
  lines->Text("✓ " + std::to_string(verified) + " of " + std::to_string(sandbox.controls_size()) +
                  " controls verified",
              verified == sandbox.controls_size() ? Token::kOk : Token::kWarn);
  for (const v1::SandboxControl& control : sandbox.controls()) {
    if (control.state() == v1::SandboxControl::STATE_VERIFIED) continue;
    const bool off = control.state() == v1::SandboxControl::STATE_OFF;
    lines->Text((off ? "✗ " : "· ") + control.control() +
                    (off                                                      ? " off"
                     : control.state() == v1::SandboxControl::STATE_REQUESTED ? " requested"
                                                                              : " unsupported"),
                off ? Token::kErr : Token::kWarn);
  }
  if (sandbox.acts_tried() > 0) {
    lines->Text((sandbox.acts_refused() == sandbox.acts_tried() ? "✓ " : "✗ ") +
                    std::to_string(sandbox.acts_refused()) + " of " +
                    std::to_string(sandbox.acts_tried()) + " forbidden acts refused",
                sandbox.acts_refused() == sandbox.acts_tried() ? Token::kOk : Token::kErr);
  }
}

void PaintTraffic(Lines* lines, const Model& model) {
  constexpr int kDownRows = 3;
  constexpr int kUpRows = 2;
  if (model.down_samples.size() < 2 || lines->left() < kDownRows + kUpRows + 3) return;
  const auto highest = [](const std::vector<uint64_t>& samples) {
    return *std::max_element(samples.begin(), samples.end());
  };
  // One scale for both directions.
  const uint64_t top = std::max(highest(model.down_samples), highest(model.up_samples));
  if (top == 0) return;
  lines->Heading("Traffic 60 s");
  const auto draw = [&](const std::vector<uint64_t>& samples, int rows, bool hanging, Token token) {
    for (const std::u32string& line : BrailleCurve(samples, lines->width(), rows, top, hanging)) {
      std::string text;
      for (const char32_t c : line) AppendUtf8(c, &text);
      lines->Text(text, token);
    }
  };
  draw(model.down_samples, kDownRows, false, Token::kRxWave);
  draw(model.up_samples, kUpRows, true, Token::kTxWave);
  lines->Text("highest " + RateText(top) + "/s", Token::kMuted);
}

}  // namespace

std::string CaptureName(const Model& model) {
  if (!model.link.info.replay().empty()) {
    const std::string& path = model.link.info.replay();
    return path.substr(path.rfind('/') + 1);
  }
  std::string first;
  int more = 0;
  for (const v1::Backend& backend : model.link.info.backends()) {
    constexpr std::string_view kPrefix = "capture/";
    if (!backend.name().starts_with(kPrefix)) continue;
    if (backend.state() != v1::Backend::STATE_ACTIVE &&
        backend.state() != v1::Backend::STATE_DEGRADED) {
      continue;
    }
    if (first.empty()) {
      first = backend.name().substr(kPrefix.size());
    } else {
      ++more;
    }
  }
  return more == 0 ? first : first + " +" + std::to_string(more);
}

Losses LossesOf(const Model& model) {
  Losses losses;
  // Whoever sees only rows of their own is not told of losses.
  losses.known = model.side.valid && model.side.stats.has_losses();
  const v1::LossLedger& now = model.side.stats.losses();
  const v1::LossLedger& base = model.loss_baseline;
  const auto kernel = [](const v1::LossLedger& ledger) {
    const v1::PacketLedger& packets = ledger.packets();
    return packets.kernel_ring_dropped() + packets.worker_dropped() + packets.nic_dropped() +
           packets.interface_dropped();
  };
  losses.kernel = Above(kernel(now), kernel(base));
  losses.attribution = Above(now.bpf_ring_dropped(), base.bpf_ring_dropped());
  uint64_t stream = model.link.lost[v1::Lost::SOURCE_SUBSCRIBER];
  losses.stream = Above(stream, model.stream_lost_baseline);
  return losses;
}

std::optional<uint64_t> PacketRate(const Model& model) {
  const SideState& side = model.side;
  if (!side.valid || !side.stats.has_losses()) return std::nullopt;
  const double seconds =
      static_cast<double>(side.stats.time().seconds() - side.before.time().seconds()) +
      static_cast<double>(side.stats.time().nanos() - side.before.time().nanos()) / 1e9;
  const uint64_t now = side.stats.losses().packets().processed();
  const uint64_t before = side.before.losses().packets().processed();
  if (seconds <= 0 || now < before) return std::nullopt;
  return static_cast<uint64_t>(static_cast<double>(now - before) / seconds + 0.5);
}

void PaintSidebar(const Painter& paint) {
  const Model& model = paint.model;
  const v1::GetServerInfoResponse& info = model.link.info;
  Lines lines(paint);
  lines.Heading("System");
  std::string capture = CaptureName(model);
  if (model.side.interfaces.interfaces_size() == 1) {
    capture += (capture.empty() ? "" : " · ") + model.side.interfaces.interfaces(0).link_type();
  }
  lines.Row(info.replay().empty() ? "Capture" : "File", capture);
  if (!info.version().empty()) {
    lines.Row("Daemon", info.version() + "  pid " + std::to_string(info.pid()));
  }
  if (info.scope() == v1::SCOPE_OWN) lines.Row("Scope", "your own processes", Token::kWarn);
  if (model.side.valid && model.side.stats.self().subscribers() > 0) {
    lines.Row("Clients", std::to_string(model.side.stats.self().subscribers()));
  }
  if (model.link.ever_live) lines.Row("Stream", "rev " + Grouped(model.table.revision()));
  PaintAttribution(&lines, model);

  lines.Heading("Flows");
  const std::optional<Totals>& totals = model.table.totals();
  lines.Row("Shown", Grouped(model.rows.matching()) + " of " +
                         Grouped(totals ? totals->connections : model.table.live()));
  if (totals) {
    lines.Row("Down", RateText(totals->receive_rate), Token::kRx);
    lines.Row("Up", RateText(totals->send_rate), Token::kTx);
  }
  const uint64_t packets = Above(model.side.stats.losses().packets().processed(),
                                 model.loss_baseline.packets().processed());
  if (const std::optional<uint64_t> rate = PacketRate(model)) {
    lines.Row("Packets", Grouped(*rate) + "/s · " + Grouped(packets) + " total");
  }
  const Losses losses = LossesOf(model);
  if (losses.known) {
    const bool any = losses.kernel + losses.attribution + losses.stream > 0;
    lines.Row("Lost",
              "kern " + Grouped(losses.kernel) + " ring " + Grouped(losses.attribution) +
                  " stream " + Grouped(losses.stream),
              any ? Token::kErr : Token::kText);
  }
  PaintSandbox(&lines, model);
  PaintTraffic(&lines, model);
}

}  // namespace rustnet::client
