// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import HTTPTypes
import Hummingbird
import LiaisonForms
import NIOCore

/// Makes pages in the reader's language.
struct Printer: Sendable {
    let language: Language
    /// Whether the desk is an institution's, and not one's own.
    let isShared: Bool
    private let templates: Templates

    init(language: Language, isShared: Bool) throws {
        self.language = language
        self.isShared = isShared
        templates = try Templates()
    }

    var words: [String: String] { DeskWords.texts(language) }

    func html<Matter: Page>(_ page: Matter, status: HTTPResponse.Status, in frame: Frame) -> Response {
        DeskRoutes.answer(
            status, "text/html; charset=utf-8", ByteBuffer(string: templates.render(page, in: frame, words: words)))
    }

    /// A page for somebody who has opened no vault: nothing stands around its matter.
    func html<Matter: Page>(
        _ page: Matter, status: HTTPResponse.Status = .ok, formToken: String? = nil
    ) -> Response {
        html(
            page, status: status,
            in: Frame(
                language: language.rawValue, waiting: nil, tabs: [], isMailbox: false, isUnlocked: false,
                isShared: isShared, version: 0, formToken: formToken ?? "", warning: nil, notice: nil, done: []))
    }

    /// The page that says why something was not done.
    func refusal(_ error: any Error, home: String? = nil) -> RefusedPage { RefusedPage(error, self, home: home) }

    // MARK: What the pages ask for

    private static let assets: [String: (type: String, bytes: [UInt8])] = [
        "desk.css": ("text/css; charset=utf-8", PackageResources.desk_css),
        "icon.svg": ("image/svg+xml", PackageResources.icon_svg),
        "desk.js": ("text/javascript; charset=utf-8", PackageResources.desk_js)
    ]

    static let assetsPath = "/assets/"

    static func asset(_ request: Request, _ context: DeskContext) -> Response {
        guard let asset = context.parameters.get("name").flatMap({ Self.assets[$0] }) else {
            return Response(status: .notFound)
        }
        return DeskRoutes.answer(.ok, asset.type, ByteBuffer(bytes: asset.bytes))
    }
}

/// Leads on, once the cookie is set.
struct EnteredPage: Page {
    static let template = "entered"
}

/// Why something was not done, and what to do next.
struct RefusedPage: Page {
    static let template = "refused"
    let title: String
    let lines: [String]
    let back: String?
    let backLabel: String

    fileprivate init(_ error: any Error, _ printer: Printer, home: String?) {
        let words = printer.words
        title = words["refusedTitle"] ?? ""
        lines = FailureWords.text(error, printer.language).split(separator: "\n").map { String($0).asSentence }
        back = home
        backLabel = words[home == "/people" ? "backToPeople" : "backToInbox"] ?? ""
    }

    /// With which status it is answered, when nothing was looked at yet.
    static func status(of error: any Error) -> HTTPResponse.Status {
        if error is TooMuchText { return .contentTooLarge }
        if error is Busy { return .serviceUnavailable }
        return (error as? HTTPError)?.status ?? .forbidden
    }
}

/// More came than a form can hold.
struct TooMuchText: Error {}
