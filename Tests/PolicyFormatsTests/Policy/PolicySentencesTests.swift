import Foundation
import Testing

@testable import PolicyFormats

/// Every sentence of the specification has a test, and every test named for one exists.
struct PolicySentencesTests {
    /// The pieces are the page: nothing was added to it, taken from it or changed in it without a look at its tests.
    @Test func thePiecesAreThePage() throws {
        let page = PolicyPage.words(try PolicyPage.text())
        let pieces = try PolicyPage.sentences()
        var index = 0
        for piece in pieces {
            for word in PolicyPage.words(piece.text) {
                guard index < page.count, page[index] == word else {
                    let here = page[max(0, index - 6)..<min(page.count, index + 6)].joined(separator: " ")
                    Issue.record("policy-sentences.txt:\(piece.line): the page goes on otherwise: \(here)")
                    return
                }
                index += 1
            }
        }
        #expect(index == page.count, "not in policy-sentences.txt: \(page[index...].prefix(20).joined(separator: " "))")
        #expect(pieces.count > 180)
    }

    @Test func everySentenceHasATest() throws {
        for sentence in try PolicyPage.sentences() where !sentence.promisesNothing {
            #expect(!sentence.tests.isEmpty, "policy-sentences.txt:\(sentence.line): no test shows: \(sentence.text)")
        }
    }

    @Test func everyTestNamedExists() throws {
        let known = try KnownTests().names
        let cases = Set((PolicyCases.shared.asking + PolicyCases.shared.checking).map { "case \($0.id)" })
        #expect(known.count > 500 && cases.count > 200)
        for sentence in try PolicyPage.sentences() {
            for test in sentence.tests where !known.contains(test) && !cases.contains(test) {
                Issue.record("policy-sentences.txt:\(sentence.line): there is no test \(test)")
            }
        }
    }

    /// Every worked example says which sentence it is about.
    @Test func everyCaseBelongsToASentence() throws {
        let named = Set(try PolicyPage.sentences().flatMap(\.tests))
        for example in PolicyCases.shared.asking + PolicyCases.shared.checking {
            #expect(named.contains("case \(example.id)"), "\(example.id) shows no sentence")
        }
        let ids = (PolicyCases.shared.asking + PolicyCases.shared.checking).map(\.id)
        #expect(Set(ids).count == ids.count)
    }
}
