import PolicyCore
import VisitStore
import Visits

extension VisitRow {
    /// The row as tables show it.
    func view(_ wording: Wording) -> View {
        let badge = wording.verdict(verdict, rule: rule)
        let isOpen = outcome == .open
        return [
            "time": wording.clock(time), "day": wording.day(time), "client": client, "client-link": "/clients/\(Form.encode(client))",
            "host": host ?? wording.t["visit-no-host"], "path": shownPath, "host-only": path == nil, "verdict": badge.text,
            "style": badge.style, "why": whyLink(wording), "rule": rule, "category": category, "reason": reason,
            "bytes": wording.bytes(up &+ down), "status": status.map { "\($0)" }, "method": method, "open": isOpen,
            "took": milliseconds.map { $0 < 1000 ? "\($0) ms" : wording.duration(seconds: $0 / 1000) },
            "outcome": outcome == .complete || isOpen ? nil : wording.t["outcome-\(outcome.rawValue)"],
        ]
    }

    /// The path, cut to what a table can hold.
    private var shownPath: String? {
        guard let path else { return nil }
        return path.count > 120 ? path.prefix(120) + "…" : path
    }

    /// The absolute URL, as far as it was recorded; nil where there was none to read.
    var url: String? {
        guard let host, !host.isEmpty else { return nil }
        let scheme = scheme.flatMap { $0.isEmpty ? nil : $0 } ?? "http"
        let bracketed = host.contains(":") ? "[\(host)]" : host
        let usual = scheme == "https" || scheme == "wss" ? 443 : 80
        let suffix = port.map { Int($0) == usual ? "" : ":\($0)" } ?? ""
        return "\(scheme)://\(bracketed)\(suffix)\(path ?? "/")"
    }

    func whyLink(_ wording: Wording) -> String? {
        guard let url else { return nil }
        return "/why"
            + Form.query([
                ("url", url), ("address", address), ("user", user), ("method", method), ("at", CivilTime.rfc3339(time.milliseconds)),
                ("type", mediaType), ("generation", generation == 0 ? nil : "\(generation)"),
            ])
    }
}
