// Times.
extension SquidImport {
    mutating func time(_ list: SquidACL) -> Term {
        var schedule = ImportedSchedule(name: plan.name(list.name, .time), place: list.place)
        for line in list.lines {
            var days: Set<Int> = []
            var spans: [(Int, Int)] = []
            for word in line.words {
                let ends = word.split(separator: "-")
                if ends.count == 2, let from = ImportText.clock(ends[0]), let to = ImportText.clock(ends[1]) {
                    guard from < to else {
                        report.error(line.place, "\"\(word)\": Squid's times do not run past midnight")
                        continue
                    }
                    // Squid's end is the last minute inside.
                    spans.append((from, min(to + 1, 1440)))
                } else if let found = SquidImport.days(word) {
                    days.formUnion(found)
                } else {
                    report.error(line.place, "\"\(word)\" is neither days (MTWHF) nor times (08:00-17:00)")
                }
            }
            for span in spans.isEmpty ? [(0, 1440)] : spans {
                schedule.windows.append(
                    ImportedSchedule.Window(days: days.isEmpty ? Array(0..<7) : days.sorted(), from: span.0, to: span.1))
            }
        }
        plan.schedules.append(schedule)
        mapped(list, "schedule \(schedule.name)")
        return .when(schedule.name)
    }

    private static func days(_ word: String) -> Set<Int>? {
        let letters: [Character: [Int]] = [
            "S": [6], "M": [0], "T": [1], "W": [2], "H": [3], "F": [4], "A": [5], "D": [0, 1, 2, 3, 4],
        ]
        let found = word.map { letters[$0] }
        return found.allSatisfy { $0 != nil } ? Set(found.flatMap { $0 ?? [] }) : nil
    }
}
