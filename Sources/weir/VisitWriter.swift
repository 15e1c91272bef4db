import Foundation
import PolicyCore
import VisitStore
import Visits

/// Writes visits to standard output in one of the formats of `weir visits`.
struct VisitWriter {
    private let format: VisitsCommand.Format
    private var buffer = ""
    private var table: [[String]] = []

    init(format: VisitsCommand.Format) {
        self.format = format
        if format == .csv { buffer = Self.columns.joined(separator: ",") + "\r\n" }
    }

    static let columns = [
        "id", "time", "client", "address", "user", "group", "method", "scheme", "host", "port", "path", "verdict", "rule", "category",
        "status", "up", "down", "ms", "outcome", "reason", "generation",
    ]

    mutating func add(_ row: VisitRow) {
        switch format {
        case .jsonl: buffer += row.jsonLine + "\n"
        case .csv: buffer += Self.cells(row).map(Self.defused).joined(separator: ",") + "\r\n"
        case .squid: buffer += SquidLine.text(row) + "\n"
        case .table:
            table.append([
                CivilText.time(row.time), row.client, row.verdict.rawValue, row.status.map(String.init) ?? "-", row.method ?? "-",
                LineLogHandler.plain(Self.url(row)), row.rule ?? row.reason ?? "-",
            ])
        }
        if buffer.utf8.count > 65_536 { drain() }
    }

    mutating func finish() {
        if format == .table {
            if table.isEmpty { return Terminal.complain("no visits") }
            buffer = Terminal.table(["TIME", "CLIENT", "VERDICT", "STATUS", "METHOD", "URL", "RULE"], table) + "\n"
        }
        drain()
    }

    private mutating func drain() {
        Terminal.write(buffer, to: 1)
        buffer = ""
    }

    /// The URL as far as it is known: a tunnel's is its authority.
    static func url(_ row: VisitRow) -> String {
        guard let host = row.host, !host.isEmpty else { return "-" }
        let authority = host.contains(":") ? "[\(host)]" : host
        let standard: UInt16? = ["http": 80, "ws": 80, "https": 443, "wss": 443][row.scheme ?? ""]
        let port = row.port.flatMap { $0 == standard && row.method != "CONNECT" ? nil : ":\($0)" } ?? ""
        if row.method == "CONNECT" { return authority + port }
        return "\(row.scheme ?? "http")://\(authority)\(port)\(row.path ?? "/")"
    }

    private static func cells(_ row: VisitRow) -> [String] {
        [
            row.id, CivilText.time(row.time), row.client, row.address ?? "", row.user ?? "", row.group ?? "", row.method ?? "",
            row.scheme ?? "", row.host ?? "", row.port.map(String.init) ?? "", row.path ?? "", row.verdict.rawValue, row.rule ?? "",
            row.category ?? "", row.status.map(String.init) ?? "", String(row.up), String(row.down),
            row.milliseconds.map(String.init) ?? "",
            row.outcome.rawValue, row.reason ?? "", row.generation == 0 ? "" : String(row.generation),
        ]
    }

    /// A cell that no spreadsheet takes for a formula (OWASP: a quote before `= + - @`, tab and carriage return), quoted where CSV needs it.
    static func defused(_ cell: String) -> String {
        var cell = cell
        if let first = cell.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { cell = "'" + cell }
        guard cell.unicodeScalars.contains(where: { ",\"\r\n'".unicodeScalars.contains($0) }) else { return cell }
        return "\"\(cell.replacing("\"", with: "\"\""))\""
    }
}
