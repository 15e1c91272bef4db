import PolicyCore
import VisitStore
import Visits

/// Numbers and moments as people read them, in one language and one time zone.
struct Wording: Sendable {
    let t: Messages
    let zone: ReportingZone
    let now: Instant
    /// Paths of the rules that are limits: what they block was limited.
    var limits: Set<String> = []

    /// `14:03:22`
    func clock(_ at: Instant) -> String {
        let (_, second) = local(at)
        return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    }

    /// `14:03` today, else `2026-09-01 14:03`.
    func moment(_ at: Instant) -> String {
        let (day, second) = local(at)
        let time = "\(two(second / 3600)):\(two(second / 60 % 60))"
        return day == local(now).day ? time : "\(CivilTime.text(ofDay: day)) \(time)"
    }

    /// `2026-09-01`
    func day(_ at: Instant) -> String { CivilTime.text(ofDay: local(at).day) }

    /// `2026-09-01T14:03`, as a `datetime-local` field has it.
    func fieldMoment(_ at: Instant) -> String {
        let (day, second) = local(at)
        return "\(CivilTime.text(ofDay: day))T\(two(second / 3600)):\(two(second / 60 % 60))"
    }

    /// `3 min ago`, `in 2 h`.
    func distance(_ at: Instant) -> String {
        let (gap, _) = at.milliseconds.subtractingReportingOverflow(now.milliseconds)
        let seconds = gap.magnitude / 1000
        if seconds < 10 { return t("time-now") }
        return t(gap < 0 ? "time-ago" : "time-in", duration(seconds: seconds))
    }

    /// `45 s`, `12 min`, `1 h 20 min`, `3 d`.
    func duration(seconds: UInt64) -> String {
        switch seconds {
        case ..<60: t("time-s", "\(seconds)")
        case ..<3600: t("time-min", "\(seconds / 60)")
        case ..<86_400:
            seconds / 60 % 60 == 0 ? t("time-h", "\(seconds / 3600)") : t("time-h-min", "\(seconds / 3600)", "\(seconds / 60 % 60)")
        default: t("time-d", "\(seconds / 86_400)")
        }
    }

    /// `1 234 567`, with narrow spaces.
    func count(_ number: some BinaryInteger) -> String {
        let digits = String(number)
        var out = ""
        for (index, digit) in digits.enumerated() {
            let left = digits.count - index
            if index > 0, left % 3 == 0, digit != "-", out != "-" { out.append("\u{202f}") }
            out.append(digit)
        }
        return out
    }

    /// `999 B`, `1.2 MB`: powers of ten.
    func bytes(_ number: UInt64) -> String {
        var value = Double(number)
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var unit = 0
        while value >= 999.5, unit + 1 < units.count {
            value /= 1000
            unit += 1
        }
        if unit == 0 || value >= 99.95 { return "\(Int(value.rounded())) \(units[unit])" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10)\(t["decimal-point"])\(tenths % 10) \(units[unit])"
    }

    /// `12.3 %` of a part between 0 and 1.
    func share(_ part: Double) -> String {
        let tenths = Int((min(max(part, 0), 1) * 1000).rounded())
        return "\(tenths / 10)\(t["decimal-point"])\(tenths % 10)\u{202f}%"
    }

    /// What a badge says, and its class.
    func verdict(_ verdict: VisitVerdict, rule: String?) -> (text: String, style: String) {
        let style = verdict == .block && rule.map { limits.contains($0) } ?? false ? "limit" : verdict.rawValue
        return (t["verdict-\(style)"], style)
    }

    private func local(_ at: Instant) -> (day: Int64, second: Int64) {
        let seconds = at.milliseconds >= 0 ? at.milliseconds / 1000 : (at.milliseconds - 999) / 1000
        let shifted = seconds &+ Int64(zone.offset(seconds))
        let day = shifted >= 0 ? shifted / 86_400 : (shifted - 86_399) / 86_400
        return (day, shifted - day * 86_400)
    }

    private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension AdminRequest {
    var wording: Wording { Wording(t: t, zone: site.visits.zone, now: now) }

    /// Wording that tells limited from blocked.
    func wording(_ document: PolicyDocument) -> Wording { Wording(t: t, zone: site.visits.zone, now: now, limits: document.limitRules) }
}
