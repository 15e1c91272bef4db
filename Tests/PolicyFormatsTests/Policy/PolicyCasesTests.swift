import Foundation
import PatternMatching
import PolicyCore
import Testing
import Yams

@testable import PolicyFormats

/// Every worked example of the policy language.
struct PolicyCasesTests {
    @Test(arguments: PolicyCases.shared.asking) func answers(_ example: PolicyCase) throws {
        let snapshot = try PolicyCases.shared.snapshot(example.policy)
        let line = BatchExplainer(snapshot: snapshot).answer(example.question)
        let answer = try JSONReader.read(line)
        if example.expectsError {
            #expect(answer["error"] != nil, "\(line)")
            return
        }
        for (key, value) in example.expected {
            #expect(PolicyCases.agrees(value, answer[key]), "\(key): \(line)")
        }
    }

    @Test(arguments: PolicyCases.shared.checking) func checks(_ example: PolicyCase) {
        let reading = PolicyReader.read(PolicyCases.shared.text(example.policy), file: "p.yaml", zones: FileZones())
        #expect(reading.errors.isEmpty == (example.exit == 0), "\(reading.diagnostics)")
        if example.exit == 1 {
            #expect(reading.document == nil)
            if !example.lines.isEmpty { #expect(reading.errors.map(\.line) == example.lines.map(\.line), "\(reading.errors)") }
        }
        for (line, offers) in example.lines {
            let here = reading.errors.filter { $0.line == line }
            #expect(!here.isEmpty)
            if let offers { #expect(here.contains { $0.message.contains("\"\(offers)\"") }, "\(here)") }
        }
    }

    @Test func allCasesRun() {
        #expect(PolicyCases.shared.asking.count + PolicyCases.shared.checking.count > 150)
    }
}
