import Foundation
import PolicyCore
import VisitStore
import Visits

/// A visit as a line of Squid's native access log, which every log tool reads.
enum SquidLine {
    /// `time elapsed client code/status bytes method URL user hierarchy/from type`
    static func text(_ row: VisitRow) -> String {
        let seconds = row.time.milliseconds / 1_000
        let fraction = String(format: "%03d", Int(row.time.milliseconds % 1_000))
        let elapsed = String(row.milliseconds ?? 0)
        let padded = String(repeating: " ", count: max(0, 6 - elapsed.count)) + elapsed
        let code: String
        switch row.verdict {
        case .allow: code = row.method == "CONNECT" ? "TCP_TUNNEL" : "TCP_MISS"
        case .block, .warn: code = "TCP_DENIED"
        case .reject: code = "NONE"
        }
        let hierarchy = row.verdict == .allow ? "HIER_DIRECT/\(field(row.host))" : "HIER_NONE/-"
        return [
            "\(seconds).\(fraction)", padded, field(row.address ?? row.client), "\(code)/\(padded3(row.status ?? 0))", String(row.down),
            field(row.method), field(VisitWriter.url(row)), field(row.user), hierarchy, field(row.mediaType),
        ].joined(separator: " ")
    }

    private static func padded3(_ status: UInt16) -> String { String(format: "%03d", Int(status)) }

    /// Printable ASCII stays, the rest is percent-encoded as Squid does: a line has its ten fields, and nothing a terminal would act on,
    /// whatever a client sent.
    private static func field(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "-" }
        return text.utf8.contains { $0 <= 0x20 || $0 >= 0x7f } ? escaped(text) : text
    }

    private static func escaped(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte <= 0x20 || byte >= 0x7f { out += Array(String(format: "%%%02X", Int(byte)).utf8) } else { out.append(byte) }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
