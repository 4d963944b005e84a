// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import Logging

/// The process's limit of open files (getrlimit(2)): a connection takes one each.
enum Descriptors {
    /// For the store, the log and what the system's libraries open.
    private static let others = 256

    /// Raises the limit as far as `connections` need it; says so where the system does not let it.
    static func raise(for connections: Int, _ logger: Logger) {
        let needed = rlim_t(connections + others)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        getrlimit(resource, &limit)
        guard limit.rlim_cur < needed else { return }
        limit.rlim_cur = min(needed, limit.rlim_max)
        // Root may go beyond the hard limit as well.
        var higher = rlimit(rlim_cur: needed, rlim_max: max(needed, limit.rlim_max))
        guard setrlimit(resource, &higher) != 0 else { return }
        setrlimit(resource, &limit)
        guard limit.rlim_cur < needed else { return }
        logger.warning(
            "fewer connections than configured: the limit of open files is too low (LimitNOFILE= in the service's unit)",
            metadata: ["needed": "\(needed)", "open files": "\(limit.rlim_cur)"])
    }
}
