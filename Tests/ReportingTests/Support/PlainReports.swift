import Foundation
import PolicyCore
import Testing
import Visits

@testable import Reporting

/// Every shipped report computed the plain way: over all visits, minute by minute, with Foundation's calendar.
final class PlainReports {
    struct Tally {
        var visits: Int64 = 0
        var pageviews: Int64 = 0
        var blocked: Int64 = 0
        var up: Int64 = 0
        var down: Int64 = 0
        var minutes: Set<Int64> = []
        var clients: Set<String> = []
        var blockedClients: Set<String> = []
    }

    /// Where a minute lies on the wall clock.
    struct Place {
        var day: Int64
        var weekday: Int64
        var hour: Int64
        /// Seconds since 1970 of the local hour's and the local day's start.
        var hourStart: Int64
        var dayStart: Int64
    }

    let visits: [PlainVisit]
    private var calendar = Calendar(identifier: .gregorian)
    private var places: [Int64: Place] = [:]

    init(_ visits: [PlainVisit], zone: String) throws {
        self.visits = visits
        guard let zone = TimeZone(identifier: zone) else { throw CocoaError(.coderInvalidValue) }
        calendar.timeZone = zone
    }

    func place(_ minute: Int64) -> Place {
        if let place = places[minute] { return place }
        let date = Date(timeIntervalSince1970: Double(minute * 60))
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
        let days = CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)?.days ?? 0
        let place = Place(
            day: Int64(days), weekday: Int64(((parts.weekday ?? 0) + 5) % 7), hour: Int64(parts.hour ?? 0),
            hourStart: (minute - Int64(parts.minute ?? 0)) * 60, dayStart: Int64(calendar.startOfDay(for: date).timeIntervalSince1970))
        places[minute] = place
        return place
    }

    /// Sums by a key, over minutes for which there is one: visits where they began under what stood in the end, traffic where it flowed
    /// under what was decided first.
    func tallies<Key: Hashable>(_ key: (PlainVisit, PlainVisit.Ground, Place) -> Key?) -> [Key: Tally] {
        var tallies: [Key: Tally] = [:]
        for visit in visits {
            if let key = key(visit, visit.final, place(visit.minute)) {
                tallies[key, default: Tally()].count(visit)
            }
            for flow in visit.flows where visit.began.verdict == .allow || flow.up + flow.down > 0 {
                if let key = key(visit, visit.began, place(flow.minute)) { tallies[key, default: Tally()].flow(flow, visit) }
            }
        }
        return tallies
    }
}

extension PlainReports.Tally {
    mutating func count(_ visit: PlainVisit) {
        visits += 1
        if visit.isPage { pageviews += 1 }
        clients.insert(visit.client)
        guard visit.final.verdict == .block else { return }
        blocked += 1
        blockedClients.insert(visit.client)
    }

    mutating func flow(_ flow: PlainVisit.Flow, _ visit: PlainVisit) {
        up += Int64(flow.up)
        down += Int64(flow.down)
        clients.insert(visit.client)
        if visit.began.verdict == .allow { minutes.insert(flow.minute) }
    }

    var active: Int64 { Int64(minutes.count) }
}

/// What a report is asked in a test: days, both inside, and filters.
struct PlainQuestion: CustomTestStringConvertible, Sendable {
    var first: Int64
    var last: Int64
    var client: String?
    var group: String?
    var site: String?
    var category: String?

    var testDescription: String { "\(first)…\(last) \([client, group, site, category].compactMap { $0 })" }
    var days: ClosedRange<Int64> { first...last }

    func takes(_ visit: PlainVisit, _ ground: PlainVisit.Ground) -> Bool {
        (client == nil || visit.client == client) && (group == nil || visit.group == group) && (site == nil || visit.site == site)
            && (category == nil || ground.category == category)
    }
}
