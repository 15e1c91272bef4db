import PatternMatching
import PolicyCore
import VisitStore

/// What the tester is asked, read from its form.
struct WhyQuestion: Sendable {
    /// A field that makes no sense: a message key and the field's text.
    struct Problem: Error {
        var message: String
        var detail: String
    }

    var asked: Asked
    var asker: Asker
    var at: Instant

    init(_ form: Form, url: String, snapshot: PolicySnapshot, zone: ReportingZone, now: Instant) throws {
        let method = form.text("method")?.uppercased() ?? "GET"
        asked = Asked(url: try Self.url(url, method: method), method: method, mediaType: form.text("type")?.lowercased())
        asker = try Self.asker(form, snapshot)
        at = try Self.moment(form, zone: zone, now: now)
    }

    /// The moment asked about; now where none is named.
    static func moment(_ form: Form, zone: ReportingZone, now: Instant) throws -> Instant {
        do {
            return try VisitFilter.moment(form.text("at") ?? "", zone, endOfDay: false) ?? now
        } catch {
            throw Problem(message: "why-bad-time", detail: form.text("at") ?? "")
        }
    }

    /// A bare name means its `https` address, a CONNECT `host:port`.
    private static func url(_ text: String, method: String) throws -> RequestURL {
        do {
            if method == "CONNECT" {
                let bare = text.hasPrefix("https://") ? String(text.dropFirst(8).prefix { $0 != "/" }) : text
                return try RequestURL(connect: (bare.contains(":") ? bare : "\(bare):443").utf8)
            }
            return try RequestURL((text.contains("://") ? text : "https://\(text)").utf8)
        } catch {
            throw Problem(message: "why-bad-url", detail: "\(error)")
        }
    }

    /// A client's name stands for whatever it is recognised by; an address, user or hardware address is taken as it is.
    private static func asker(_ form: Form, _ snapshot: PolicySnapshot) throws -> Asker {
        var asker = Asker()
        if let name = form.text("client") {
            if let entry = snapshot.document.clients.first(where: { $0.name == name }) {
                asker = Asker(address: entry.addresses.first?.address, mac: entry.macs.first, user: entry.users.first)
            } else if let address = IPAddress(name) {
                asker.address = address
            } else {
                asker.user = name
            }
        }
        if let text = form.text("address") {
            guard let address = IPAddress(text) else { throw Problem(message: "why-bad-address", detail: text) }
            asker.address = address
        }
        if let text = form.text("mac") {
            guard let mac = MACAddress(text) else { throw Problem(message: "why-bad-mac", detail: text) }
            asker.mac = mac
        }
        if let user = form.text("user") { asker.user = user }
        return asker
    }
}
