internal import Foundation
internal import PolicyCore
internal import Visits

/// What an open visit draws on, as its row keeps it.
struct StoredDraws: Codable {
    private struct Target: Codable {
        /// As ``BudgetText`` writes it.
        var budget: String
        var category: String?
    }

    private var targets: [Target]

    init(_ targets: [VisitDraw.Target]) {
        self.targets = targets.map { Target(budget: BudgetText.encode($0.budget), category: $0.category) }
    }

    /// - Returns: nil for a text that no ``text`` wrote.
    init?(_ text: String) {
        guard let stored = try? JSONDecoder().decode(StoredDraws.self, from: Data(text.utf8)) else { return nil }
        self = stored
    }

    var draws: [VisitDraw.Target] {
        targets.compactMap { target in
            BudgetText.decode(target.budget).map { VisitDraw.Target(budget: $0, category: target.category) }
        }
    }

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts and numbers alone: it cannot fail.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
