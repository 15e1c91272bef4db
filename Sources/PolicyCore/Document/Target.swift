/// What a rule is about.
public enum Target: Sendable, Hashable {
    case all
    case uncategorized
    /// The host is an address.
    case ipHost
    case category(String)
    /// Entries written in place, as categories write them.
    case site(String)
    case url(String)
    case expression(String)
    /// The response's media type, lower case: `video/*`, `application/pdf`.
    case mediaType(String)
    /// The path's last extension, lower case, without a dot.
    case fileExtension(String)
    case method(String)
    case port(UInt16)

    /// Names no category may have.
    public static let reserved = ["all", "uncategorized", "ip-host"]

    /// Reads a target as rules write it. A bare word is a category's name; whether that exists is not looked at.
    /// - Returns: nil where the text is no target: an unknown prefix, an empty value, a bad port.
    public init?(_ text: String) {
        switch text {
        case "all": self = .all
        case "uncategorized": self = .uncategorized
        case "ip-host": self = .ipHost
        default:
            guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                if text.isEmpty { return nil }
                self = .category(text)
                return
            }
            let value = String(text[text.index(after: colon)...])
            guard !value.isEmpty, let target = Target(prefix: String(text[..<colon]), value: value) else { return nil }
            self = target
        }
    }

    /// The prefixes of targets written in place.
    public static let prefixes = ["site", "url", "expr", "type", "ext", "method", "port"]

    private init?(prefix: String, value: String) {
        switch prefix {
        case "site": self = .site(value)
        case "url": self = .url(value)
        case "expr": self = .expression(value)
        case "type":
            guard let type = Target.mediaType(from: value) else { return nil }
            self = .mediaType(type)
        case "ext":
            let bare = value.hasPrefix(".") ? String(value.dropFirst()) : value
            guard !bare.isEmpty, !bare.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }) else { return nil }
            self = .fileExtension(bare.lowercased())
        case "method":
            guard value.utf8.allSatisfy(Target.isTokenByte) else { return nil }
            self = .method(value)
        case "port":
            guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(value), port > 0 else { return nil }
            self = .port(port)
        default: return nil
        }
    }

    private static func mediaType(from value: String) -> String? {
        let parts = value.lowercased().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isTokenByte) }) else { return nil }
        let wildcard = parts[0] == "*"
        if wildcard && parts[1] != "*" { return nil }
        return "\(parts[0])/\(parts[1])"
    }

    /// RFC 9110 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e, 0x5f, 0x60, 0x7c, 0x7e: true
        default: false
        }
    }

    /// As a rule writes it.
    public var text: String {
        switch self {
        case .all: "all"
        case .uncategorized: "uncategorized"
        case .ipHost: "ip-host"
        case .category(let name): name
        case .site(let entry): "site:\(entry)"
        case .url(let entry): "url:\(entry)"
        case .expression(let pattern): "expr:\(pattern)"
        case .mediaType(let type): "type:\(type)"
        case .fileExtension(let ext): "ext:\(ext)"
        case .method(let method): "method:\(method)"
        case .port(let port): "port:\(port)"
        }
    }
}
