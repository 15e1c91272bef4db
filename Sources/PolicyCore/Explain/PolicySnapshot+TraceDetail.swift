// What exactly made a rule apply or not, in words.
extension PolicySnapshot {
    /// - Returns: what it is about, and when the clock alone changes it.
    func detail(of rule: CompiledRule, _ result: TraceStep.Result, _ weighing: Weighing, at now: Instant) -> (TraceStep.Subject?, String?) {
        switch result {
        case .otherClients: return (audience(rule), nil)
        case .excepted: return (exception(rule, weighing), nil)
        case .scheduleClosed: return (.any(names(rule.during)), moment(rule.during, after: now))
        case .exceptScheduleOpen:
            let open = rule.exceptDuring.filter { policy.schedules.isOpen($0, at: now) }
            return (.all(names(open)), moment(open, after: now))
        case .notYet: return (nil, rule.from?.rfc3339(in: policy.zone))
        case .expired: return ((rule.until?.rfc3339(in: policy.zone)).map { .all([$0]) }, nil)
        case .decided: return (target(rule, weighing), nil)
        case .listMissing: return (missingList(rule).map { .all([$0]) }, nil)
        case .noTarget, .needsMediaType, .behindFinal, .failed: return (nil, nil)
        }
    }

    /// In words; nil for none.
    func words(_ subject: TraceStep.Subject) -> String? {
        switch subject {
        case .target(let target): target.words(title: title(ofCategory:))
        case .all(let names): names.isEmpty ? nil : RuleDeclaration.joined(names)
        case .any(let names): names.isEmpty ? nil : RuleDeclaration.joined(names, with: "or")
        }
    }

    private func names(_ schedules: [Int]) -> [String] { schedules.map { policy.schedules[$0].name } }

    private func moment(_ schedules: [Int], after now: Instant) -> String? {
        schedules.compactMap { policy.schedules.nextChange($0, after: now) }.min()?.rfc3339(in: policy.zone)
    }

    private func audience(_ rule: CompiledRule) -> TraceStep.Subject? {
        switch rule.audience {
        case .everyone: return nil
        case .client(let name), .group(let name): return .all([name])
        case .some: return .all(declaration(of: rule)?.only.map(\.name) ?? [])
        }
    }

    /// The exception that holds.
    private func exception(_ rule: CompiledRule, _ weighing: Weighing) -> TraceStep.Subject? {
        let held = rule.except.firstIndex {
            weighing.matched.answer($0, rule.texts, policy.categories, tightens: !rule.tightens) == .yes
        }
        return written(held, of: declaration(of: rule)?.except)
    }

    /// The target that holds the request.
    private func target(_ rule: CompiledRule, _ weighing: Weighing) -> TraceStep.Subject? {
        let held = rule.targets.firstIndex {
            weighing.matched.answer($0, rule.texts, policy.categories, tightens: rule.tightens) == .yes
        }
        return written(held, of: declaration(of: rule)?.targets)
    }

    private func written(_ index: Int?, of targets: [PlacedTarget]?) -> TraceStep.Subject? {
        guard let index, let targets, targets.indices.contains(index) else { return nil }
        return .target(targets[index].target)
    }

    private func declaration(of rule: CompiledRule) -> RuleDeclaration? { allRules.first { $0.path == rule.path }?.rule }
}
