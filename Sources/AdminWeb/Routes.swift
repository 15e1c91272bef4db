import HTTPTypes

/// Every route of the site, each with what it needs: the one list to read for who may do what.
enum Routes {
    static var all: [AdminRoute] {
        open + pages + changes + owners + API.routes
    }

    /// Without signing in.
    private static let open: [AdminRoute] = [
        .get("/static/:name", .nothing) { request in
            try request.site.files.reply(
                try request.parameter("name"), version: request.query["v"], known: request.head.headerFields[.ifNoneMatch])
        },
        .get("/healthz", .loopback, HealthPages.health),
        .get("/readyz", .loopback, HealthPages.ready),
        .get("/metrics", .loopback, HealthPages.metrics),
        .get("/proxy.pac", .nothing, ConnectPage.pac),
        .get("/wpad.dat", .nothing, ConnectPage.pac),
        .get("/setup", .nothing, SetUpPage.show),
        .post("/setup", .nothing, SetUpPage.begin),
        .get("/sign-in", .nothing, SignInPage.show),
        .post("/sign-in", .nothing, SignInPage.begin),
        .post("/sign-out", .account, SignInPage.end),
        .post("/language", .nothing, SignInPage.language),
    ]

    private static let pages: [AdminRoute] = [
        .get("/", .account, OverviewPage.show),
        .get("/mine", .account, MyPage.show),
        .get("/live", .viewer, LivePage.show),
        .get("/live/events", .viewer, LivePage.events),
        .get("/visits", .viewer, VisitsPage.show),
        .get("/reports", .viewer, ReportsPage.list),
        .get("/reports/:name", .viewer, ReportsPage.show),
        .get("/clients", .viewer, ClientsPage.list),
        .get("/clients/:name", .viewer, ClientPage.show),
        .get("/groups/:name", .viewer, GroupPage.show),
        .get("/lists", .viewer, ListsPage.show),
        .get("/overlap", .viewer, OverlapPage.show),
        .get("/lists/:name", .viewer, ListPage.show),
        .get("/lists/:name/changes", .viewer, ListChangesPage.show),
        .get("/categories/:name", .viewer, CategoryPage.show),
        .get("/policy", .viewer, PolicyPage.show),
        .get("/policy/text", .viewer, PolicyPage.text),
        .get("/policy/import", .manager, ImportPage.show),
        .get("/policy/revisions", .viewer, RevisionsPage.list),
        .get("/policy/revisions/:number", .viewer, RevisionsPage.show),
        .get("/policy/rehearsals/:id", .viewer, RehearsePage.show),
        .get("/schedules", .viewer, SchedulePage.open),
        .get("/schedules/:name", .viewer, SchedulePage.show),
        .get("/why", .viewer, WhyPage.show),
        .get("/requests", .viewer, RequestsPage.show),
        .get("/connect", .viewer, ConnectPage.show),
        .get("/connect/seen", .viewer, ConnectPage.seen),
        .get("/settings", .viewer, SettingsPage.show),
    ]

    private static let changes: [AdminRoute] = [
        .post("/grants", .manager, GrantForms.add),
        .post("/grants/revoke", .manager, GrantForms.revoke),
        .post("/requests/decide", .manager, RequestsPage.decide),
        .post("/clients", .manager, ClientPage.save),
        .post("/clients/remove", .manager, ClientPage.remove),
        .post("/lists", .manager, bodyLimit: AdminRoute.largestBody, ListsPage.add),
        .post("/lists/:name/refresh", .manager, ListPage.refresh),
        .post("/lists/:name/confirm", .manager, ListPage.confirm),
        .post("/lists/:name/rollback", .manager, ListPage.rollBack),
        .post("/categories", .manager, CategoryPage.add),
        .post("/categories/:name", .manager, CategoryPage.change),
        .post("/policy/text", .manager, bodyLimit: 4 << 20, PolicyPage.save),
        .post("/policy/import", .manager, bodyLimit: AdminRoute.largestBody, ImportPage.preview),
        .post("/policy/revert", .manager, RevisionsPage.revert),
        .post("/policy/rehearse", .manager, RehearsePage.begin),
        .post("/policy/rehearsals/:id/stop", .manager, RehearsePage.stop),
        .post("/schedules/:name", .manager, SchedulePage.save),
        .post("/settings/password", .account, AccountForms.changeOwnPassword),
        .post("/settings/sessions/end", .account, AccountForms.endSession),
    ]

    private static let owners: [AdminRoute] = [
        .post("/settings/accounts", .owner, AccountForms.add),
        .post("/settings/accounts/change", .owner, AccountForms.change),
        .post("/settings/accounts/remove", .owner, AccountForms.remove),
        .post("/settings/tokens", .owner, AccountForms.makeToken),
        .post("/settings/tokens/remove", .owner, AccountForms.removeToken),
    ]
}
