import Foundation
import PatternMatching
import PolicyCore
import Testing

@testable import PolicyStore

/// Which list a decision is put down to.
@Suite struct HoldingListTests {
    static let policy = """
        weir: 1
        timezone: UTC
        lists:
          near: { source: near.hosts }
          far: { source: far.hosts }
          ut1: { source: ut1.tar.gz, format: ut1 }
        categories:
          listed: { lists: [near, far, ut1/ads], sites: [own.example] }
          bets: { lists: [ut1/gambling] }
          other: { sites: [other.example] }
        groups:
          default:
            rules: [ { block: [other, listed, bets] }, { allow: [all] } ]

        """

    static let cases: [(String, String?)] = [
        ("near.example", "near"), ("both.example", "near"), ("far.example", "far"), ("www.banner.example", "ut1/ads"),
        ("casino.example", "ut1/gambling"), ("own.example", nil), ("other.example", nil), ("free.example", nil),
    ]

    @Test func aDecisionNamesTheListWhoseEntryItStandsOn() async throws {
        let test = try await TestStore()
        try test.directory.write("data/lists/near.hosts", "0.0.0.0 near.example\n0.0.0.0 both.example\n")
        try test.directory.write("data/lists/far.hosts", "0.0.0.0 far.example\n0.0.0.0 both.example\n")
        let archive = try TestArchive.make(TestArchive.ut1, .tarGzip, in: test.directory, name: "ut1.tar.gz")
        try test.directory.write("data/lists/ut1.tar.gz", [UInt8](Data(contentsOf: URL(fileURLWithPath: archive))))
        _ = try await test.store.save(Self.policy, author: "a")
        let snapshot = await test.store.snapshot
        let identity = snapshot.identify(Asker(address: IPAddress("10.0.0.9")))
        for (host, list) in Self.cases {
            let asked = Asked(url: try RequestURL("https://\(host)/".utf8), method: "GET")
            let decision = snapshot.decide(asked, by: identity, at: test.clock.now, state: PolicyLedger())
            #expect(decision.ground.list == list, "\(host)")
        }
    }
}
