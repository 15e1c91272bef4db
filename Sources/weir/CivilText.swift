import Foundation
import PolicyCore

/// Moments as text for programs: RFC 3339 in UTC with milliseconds.
enum CivilText {
    static func time(_ instant: Instant) -> String { instant.rfc3339(in: .utc, fraction: true).replacing("+00:00", with: "Z") }
}
