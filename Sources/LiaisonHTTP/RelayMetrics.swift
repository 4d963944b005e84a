// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonRelay
import LiaisonNotes
import Synchronization

/// What the operator's alarms look at, in Prometheus's text format. Nothing of it names a case, a unit or an agent.
public final class RelayMetrics: Sendable {
    private struct State {
        var witnesses: [String: Bool] = [:]
        var authority: Bool?
        var storeFailures = 0
        var stopped = false
    }

    private let state = Mutex(State())
    let shares: Shares

    /// - Parameter limits: of the listener whose waits it counts.
    public init(_ limits: ServerLimits = .init()) { shares = Shares(limits) }

    public func note(_ report: Anchoring.Report) {
        state.withLock { state in
            switch report {
            case .witness(let name, let isUp): state.witnesses[name] = isUp
            case .authority(let isUp): state.authority = isUp
            }
        }
    }

    public func noteStoreFailure(stopped: Bool) {
        state.withLock { state in
            state.storeFailures += 1
            if stopped { state.stopped = true }
        }
    }

    func text(entries: Int, scrubPendingSince: Instant?) -> String {
        let state = state.withLock { $0 }
        var lines = [
            "# HELP liaison_log_entries Entries of the log.", "# TYPE liaison_log_entries gauge",
            "liaison_log_entries \(entries)",
            "# HELP liaison_store_failures_total Commits that failed.", "# TYPE liaison_store_failures_total counter",
            "liaison_store_failures_total \(state.storeFailures)",
            "# HELP liaison_scrub_pending Since when something erased may still be in a file of the store, seconds since 1970; 0 for nothing.",
            "# TYPE liaison_scrub_pending gauge", "liaison_scrub_pending \(scrubPendingSince ?? 0)",
            "# HELP liaison_log_stopped 1 once the relay was shown another history of its own log.",
            "# TYPE liaison_log_stopped gauge", "liaison_log_stopped \(state.stopped ? 1 : 0)"
        ]
        let refusals = shares.refusals
        if !refusals.isEmpty {
            lines += [
                "# HELP liaison_waits_total Requests that were told to wait, by whose share was used up.",
                "# TYPE liaison_waits_total counter"
            ]
            lines += refusals.sorted { $0.key < $1.key }.map { "liaison_waits_total{share=\"\($0.key)\"} \($0.value)" }
        }
        if !state.witnesses.isEmpty {
            lines += [
                "# HELP liaison_witness_up 0 while a witness does not cosign.", "# TYPE liaison_witness_up gauge"
            ]
            lines += state.witnesses.sorted { $0.key < $1.key }.map {
                "liaison_witness_up{witness=\"\($0.key)\"} \($0.value ? 1 : 0)"
            }
        }
        if let authority = state.authority {
            lines += [
                "# HELP liaison_time_stamp_authority_up 0 while the time-stamp authority gives no valid token.",
                "# TYPE liaison_time_stamp_authority_up gauge", "liaison_time_stamp_authority_up \(authority ? 1 : 0)"
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
