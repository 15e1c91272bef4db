import PolicyStore

extension BackupManifest {
    static let visitsDatabase = "visits.sqlite"
    static let databases = [PolicyStore.databaseFile, visitsDatabase]
    static let folders = PolicyStore.listFolders
}
