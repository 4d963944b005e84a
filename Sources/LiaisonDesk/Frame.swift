// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonForms
import LiaisonModel
import Mustache

/// What stands around the matter of every page.
struct Frame {
    struct Tab {
        let name: String
        let path: String
        let label: String
        let count: Int
        let hasCount: Bool
        let isCurrent: Bool
    }

    let language: String
    /// How many wait, before the title; nil where none do.
    let waiting: Int?
    let tabs: [Tab]
    /// Whether the desk is an agent's, whose keys the dialog names.
    let isMailbox: Bool
    let isUnlocked: Bool
    /// Whether the desk is an institution's, and not one's own.
    let isShared: Bool
    /// What the page shows of what is told: what came since it was made is told as soon as it listens.
    let version: Int
    let formToken: String
    /// Why what is shown may be out of date.
    let warning: String?
    /// That the relay went on in another log.
    let notice: String?
    /// What was just done.
    let done: [String]
}

/// A page's matter, and the template that lays it out. Its stored properties are what the template names.
protocol Page: Sendable {
    static var template: String { get }
    /// The tab that it belongs to.
    static var tab: String? { get }
}

extension Page {
    static var tab: String? { nil }
}

/// The templates, made once.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// - Throws: what the parser says; only when a template is wrong, which a test excludes.
    init() throws {
        var library = MustacheLibrary()
        for (name, bytes) in Self.sources {
            try library.register(String(decoding: bytes, as: UTF8.self), named: name)
        }
        self.library = library
    }

    /// By the names that they call each other by.
    static let sources: [String: [UInt8]] = [
        "frame": PackageResources.frame_mustache, "entered": PackageResources.entered_mustache,
        "locked": PackageResources.locked_mustache, "signin": PackageResources.signin_mustache,
        "join": PackageResources.join_mustache, "joined": PackageResources.joined_mustache,
        "stays": PackageResources.stays_mustache, "passphrase": PackageResources.passphrase_mustache,
        "refused": PackageResources.refused_mustache, "inbox": PackageResources.inbox_mustache,
        "delivery": PackageResources.delivery_mustache, "transmission": PackageResources.transmission_mustache,
        "kinds": PackageResources.kinds_mustache, "recipients": PackageResources.recipients_mustache,
        "form": PackageResources.form_mustache, "field": PackageResources.field_mustache,
        "confirm": PackageResources.confirm_mustache, "notsent": PackageResources.notsent_mustache,
        "sent": PackageResources.sent_mustache, "alerts": PackageResources.alerts_mustache,
        "outbox": PackageResources.outbox_mustache, "directory": PackageResources.directory_mustache,
        "search": PackageResources.search_mustache,
        "more": PackageResources.more_mustache, "verify": PackageResources.verify_mustache,
        "audit": PackageResources.audit_mustache,
        "statistics": PackageResources.statistics_mustache,
        "transfer": PackageResources.transfer_mustache
    ].merging(registrarSources) { own, _ in own }

    /// - Parameter words: the texts of the pages in the reader's language, by name.
    func render<Matter: Page>(_ page: Matter, in frame: Frame, words: [String: String]) -> String {
        let context: [String: Any] = ["frame": frame, "page": page, "t": words]
        return library.render(context, withTemplate: Matter.template) ?? ""
    }
}

extension Frame {
    private static let sections = [
        ("inbox", "/inbox"), ("write", "/write"), ("sent", "/sent"), ("alerts", "/alerts"), ("outbox", "/outbox"),
        ("directory", "/directory"), ("search", "/search")
    ]

    static func tabs(
        of office: Clerk.Office, current: String?, _ counts: [String: Int], _ words: [String: String]
    ) -> [Tab] {
        (office == .registrar ? registrarSections : sections).map { name, path in
            Tab(
                name: name, path: path, label: words[name] ?? name, count: counts[name] ?? 0,
                hasCount: counts[name].map { $0 > 0 } ?? false, isCurrent: name == current)
        }
    }
}

// A registrar's desk.

extension Templates {
    fileprivate static let registrarSources: [String: [UInt8]] = [
        "people": PackageResources.people_mustache, "person": PackageResources.person_mustache,
        "invite": PackageResources.invite_mustache, "invited": PackageResources.invited_mustache,
        "request": PackageResources.request_mustache, "units": PackageResources.units_mustache,
        "unit": PackageResources.unit_mustache, "unitdetails": PackageResources.unitdetails_mustache,
        "roster": PackageResources.roster_mustache,
        "confirmchange": PackageResources.confirmchange_mustache, "notices": PackageResources.notices_mustache
    ]
}

extension Frame {
    fileprivate static let registrarSections = [("people", "/people"), ("units", "/units"), ("roster", "/roster")]
}
