// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// A route of the relay's interface, for both ends; `docs/openapi.yaml` describes each. The log's own routes are those of
/// c2sp.org/tlog-tiles.
public enum Route: CaseIterable, Hashable, Sendable {
    public enum Method: String, Sendable { case get, post, put }

    // MARK: Directory
    case directoryHead, earlierDirectoryHead, directoryEntry, document, directoryLines, bundle
    case publishRoster, publishSuccession, publishKeys
    // MARK: Enrolment
    case waiting, invitations, invite, closeInvitation, invitation, requestEnrolment
    // MARK: Transmissions
    case submit, timeline, openContent, contentHeader, mailbox, stream, notify, inspect, act, stagedSize, stage
    // MARK: Log
    case anchor, showCheckpoint

    public var method: Method { entry.method }

    /// The path, with the names of its parameters in braces, as OpenAPI writes it.
    public var template: String { "/v1/" + entry.path }

    private var entry: (method: Method, path: String) {
        switch self {
        case .directoryHead: (.get, "directory/head")
        case .earlierDirectoryHead: (.get, "directory/heads/{hash}")
        case .directoryEntry: (.get, "directory/entries/{index}")
        case .document: (.get, "directory/documents/{hash}")
        case .directoryLines: (.get, "directory/lines")
        case .bundle: (.get, "directory/institutions/{institution}")
        case .publishRoster: (.post, "directory/rosters")
        case .publishSuccession: (.post, "directory/successions")
        case .publishKeys: (.post, "directory/keys")
        case .waiting: (.get, "waiting")
        case .invitations: (.get, "invitations")
        case .invite: (.post, "invitations")
        case .closeInvitation: (.post, "invitations/{hash}/close")
        case .invitation: (.get, "invitations/{hash}")
        case .requestEnrolment: (.post, "invitations/{hash}/request")
        case .submit: (.post, "transmissions")
        case .timeline: (.get, "transmissions/{id}")
        case .openContent: (.post, "transmissions/{id}/content")
        case .contentHeader: (.get, "transmissions/{id}/header")
        case .mailbox: (.get, "mailboxes/{unit}")
        case .stream: (.get, "stream")
        case .notify: (.post, "shown")
        case .inspect: (.post, "inspections")
        case .act: (.post, "acts")
        case .stagedSize: (.get, "staged/{hash}")
        case .stage: (.put, "staged/{hash}")
        case .anchor: (.get, "anchors/{size}")
        case .showCheckpoint: (.post, "checkpoints")
        }
    }

    /// The path of a request.
    ///
    /// - Parameters:
    ///   - values: one for each parameter of the template, in order; of characters that stand in a path as they are.
    ///   - query: names and values behind it.
    public func path(_ values: [String] = [], query: KeyValuePairs<String, String> = [:]) -> String {
        var rest = values[...]
        let pieces = template.split(separator: "/").map { piece in
            piece.hasPrefix("{") ? rest.popFirst() ?? "" : String(piece)
        }
        let asked = query.map { "\($0)=\($1)" }.joined(separator: "&")
        return "/" + pieces.joined(separator: "/") + (asked.isEmpty ? "" : "?\(asked)")
    }
}
