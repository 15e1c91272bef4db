import Glibc

/// Whose a data directory is.
enum DataOwner {
    /// A command that root runs works on another user's data as that user, so that what it makes is the server's to use. For good: a process
    /// that did so is not root any more.
    /// - Throws: where root may not do so, as in some containers.
    static func become(_ directory: String) throws {
        var status = stat()
        guard geteuid() == 0, stat(directory, &status) == 0, status.st_uid != 0 else { return }
        guard setgroups(0, nil) == 0, setgid(status.st_gid) == 0, setuid(status.st_uid) == 0 else {
            throw Terminal.Failure("\(directory): is user \(status.st_uid)'s: \(String(cString: strerror(errno)))")
        }
    }
}
