import Hummingbird
import PolicyStore

extension AdminRequest {
    /// A whole page: `template` filled with `view`, in the frame with navigation where somebody is signed in.
    /// - Parameters:
    ///   - title: of the window; the template writes its own heading.
    ///   - isWide: of pages without navigation, whether they need more than a form's width.
    func page(
        _ template: String, title: String, in section: Section? = nil, _ view: View, status: HTTPResponse.Status = .ok, isWide: Bool = false
    ) async throws -> Response {
        let base = await frame(title: title, section: section, isWide: isWide)
        var whole = base
        whole["main"] = try site.templates.render(template, base.merging(view))
        return Reply.html(try site.templates.render("layout", whole), status: status)
    }

    private func frame(title: String, section: Section?, isWide: Bool) async -> View {
        let session = if case .session(let secret)? = visitor?.credential { secret } else { String?.none }
        var view: View = [
            "t": t, "lang": t.language, "title": title, "wide": isWide, "css": site.files.address(of: "weir.css"),
            "js": site.files.address(of: "weir.js"), "icon": site.files.address(of: "icon.svg"), "here": here,
            "csrf": session.map { FormToken(session: $0).text } ?? "", "framed": session != nil, "languages": languages,
            "may-manage": visitor?.role.includes(.manager) ?? false, "may-own": visitor?.role.includes(.owner) ?? false,
        ]
        guard let visitor, session != nil else { return view }
        view["user"] = visitor.user
        view["role"] = t("role-\(visitor.role.rawValue)")
        let open = visitor.role.includes(.viewer) ? ((try? await site.policy.asks(open: true).count) ?? 0) : 0
        view["nav"] = Section.allCases.filter { $0.need.isMet(by: visitor.role, fromLoopback: false) }.map { item -> View in
            [
                "href": item.path, "label": t("nav-\(item.rawValue)"), "key": item.key, "current": item == section,
                "count": item == .requests && open > 0 ? "\(open)" : nil,
            ]
        }
        view["notice"] = notice
        return view
    }

    /// Path and query of this page, to come back to.
    var here: String { head.method == .get ? head.path ?? "/" : "/" }

    private var languages: [View] {
        site.catalogue.names.map { ["code": $0, "label": site.catalogue[$0]?["language-name"] ?? $0, "chosen": $0 == t.language] }
    }

    /// What the change before did (`?done=`), with a way back where there is one. Only texts of the catalogue can be named.
    private var notice: View? {
        guard let done = query["done"], t.has("done-\(done)") else { return nil }
        var view: View = ["text": t("done-\(done)"), "style": "good", "csrf": ""]
        if let revision = query["undo-revision"], Int64(revision) != nil {
            view["undo"] = ["action": "/policy/revert", "fields": [["name": "revision", "value": revision] as View]] as View
        } else if let grant = query["undo-grant"], Int64(grant) != nil {
            view["undo"] =
                ["action": "/grants/revoke", "fields": [["name": "id", "value": grant], ["name": "back", "value": path] as View]] as View
        }
        view["csrf"] = nil
        return view
    }
}
