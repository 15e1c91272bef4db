/// The few words that charts and tables say themselves.
struct ReportWords {
    let language: String
    private let isGerman: Bool

    init(_ language: String) {
        self.language = language
        isGerman = language == "de"
    }

    var nothing: String { isGerman ? "Nichts aufgezeichnet" : "Nothing recorded" }
    var less: String { isGerman ? "weniger" : "less" }
    var more: String { isGerman ? "mehr" : "more" }
    var weekdays: [String] { isGerman ? ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"] : ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] }

    /// Whether everything was recorded, as a phrase.
    func coverage(complete: Bool, missing: UInt64) -> String {
        if complete { return isGerman ? "vollständig" : "complete" }
        guard missing > 0 else { return isGerman ? "Besuche fehlen, wie viele ist unbekannt" : "visits missing, how many is not known" }
        if missing == 1 { return isGerman ? "1 Besuch fehlt" : "1 visit missing" }
        return isGerman ? "\(missing) Besuche fehlen" : "\(missing) visits missing"
    }

    func firstRows(_ count: Int) -> String {
        isGerman ? "Nur die ersten \(count) Zeilen; es gibt mehr." : "Only the first \(count) rows; there are more."
    }

    /// For an axis: `1 Sep`.
    func shortDate(_ month: Int, _ day: Int) -> String {
        guard (1...12).contains(month) else { return "\(day)" }
        if isGerman {
            return "\(day). " + ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"][month - 1]
        }
        return "\(day) " + ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    }
}
