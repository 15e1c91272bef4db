// What exactly made a rule apply or not, in words.
extension PolicySnapshot {
    /// - Returns: names, and when the clock alone changes it.
    func detail(of rule: CompiledRule, _ result: TraceStep.Result, _ weighing: Weighing, at now: Instant) -> (String?, String?) {
        switch result {
        case .otherClients: return (audienceWords(rule), nil)
        case .excepted: return (exceptionWords(rule, weighing), nil)
        case .scheduleClosed: return (names(rule.during, with: "or"), moment(rule.during, after: now))
        case .exceptScheduleOpen:
            let open = rule.exceptDuring.filter { policy.schedules.isOpen($0, at: now) }
            return (names(open, with: "and"), moment(open, after: now))
        case .notYet: return (nil, rule.from?.rfc3339(in: policy.zone))
        case .expired: return (rule.until?.rfc3339(in: policy.zone), nil)
        case .decided: return (targetWords(rule, weighing), nil)
        case .listMissing: return (missingList(rule), nil)
        case .noTarget, .needsMediaType, .behindFinal, .failed: return (nil, nil)
        }
    }

    private func names(_ schedules: [Int], with last: String) -> String? {
        schedules.isEmpty ? nil : RuleDeclaration.joined(schedules.map { policy.schedules[$0].name }, with: last)
    }

    private func moment(_ schedules: [Int], after now: Instant) -> String? {
        schedules.compactMap { policy.schedules.nextChange($0, after: now) }.min()?.rfc3339(in: policy.zone)
    }

    private func audienceWords(_ rule: CompiledRule) -> String? {
        switch rule.audience {
        case .everyone: return nil
        case .client(let name), .group(let name): return name
        case .some:
            let only = declaration(of: rule)?.only.map(\.name) ?? []
            return only.isEmpty ? nil : RuleDeclaration.joined(only)
        }
    }

    /// The exception that holds.
    private func exceptionWords(_ rule: CompiledRule, _ weighing: Weighing) -> String? {
        let held = rule.except.firstIndex {
            weighing.matched.answer($0, rule.texts, policy.categories, tightens: !rule.tightens) == .yes
        }
        return words(held, of: declaration(of: rule)?.except)
    }

    /// The target that holds the request; of a limit, what was used of it too.
    private func targetWords(_ rule: CompiledRule, _ weighing: Weighing) -> String? {
        let held = rule.targets.firstIndex {
            weighing.matched.answer($0, rule.texts, policy.categories, tightens: rule.tightens) == .yes
        }
        return words(held, of: declaration(of: rule)?.targets)
    }

    private func words(_ index: Int?, of targets: [PlacedTarget]?) -> String? {
        guard let index, let targets, targets.indices.contains(index) else { return nil }
        return targets[index].target.words(title: title(ofCategory:))
    }

    private func declaration(of rule: CompiledRule) -> RuleDeclaration? { allRules.first { $0.path == rule.path }?.rule }
}
