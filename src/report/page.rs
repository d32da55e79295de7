//! The page around the figures: one file, no scripts, nothing fetched; landmarks, a skip link, headings in order,
//! figures with captions, sources and a table behind each; readable on paper and on a small screen.

use std::fmt::Write as _;

use super::Lang;
use super::chart::esc;
use super::words;
use crate::indicators::Indicator;
use crate::sim::Grade;

/// A figure: what is seen, what it says, where it comes from and its numbers.
pub struct Figure<'a> {
    /// Title.
    pub title: &'a str,
    /// One sentence below the title.
    pub lead: &'a str,
    /// The picture.
    pub svg: String,
    /// What it says, in words; also the picture's description.
    pub says: String,
    /// Legend as HTML, if there is one.
    pub legend: String,
    /// Definitions and grades.
    pub source: String,
    /// The numbers.
    pub table: Table,
    /// True for maps: over the whole width.
    pub wide: bool,
}

/// A table of texts. The first column names its rows.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As HTML.
    pub fn html(&self, caption: &str) -> String {
        let mut html = format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table><caption>{0}</caption><thead><tr>",
            esc(caption)
        );
        for head in &self.head {
            let _ = write!(html, "<th scope=\"col\">{}</th>", esc(head));
        }
        html += "</tr></thead><tbody>";
        for row in &self.rows {
            html += "<tr>";
            for (i, cell) in row.iter().enumerate() {
                let (tag, scope) = if i == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
                let _ = write!(html, "<{tag}{scope}>{}</{tag}>", esc(cell));
            }
            html += "</tr>";
        }
        html + "</tbody></table></div>"
    }
}

/// A page that grows section by section.
pub struct Page {
    lang: Lang,
    title: String,
    contents: Vec<(String, String)>,
    body: String,
    n_figures: usize,
    open: bool,
}

impl Page {
    /// An empty page.
    pub fn new(lang: Lang, title: &str) -> Page {
        Page { lang, title: title.into(), contents: Vec::new(), body: String::new(), n_figures: 0, open: false }
    }

    /// Begins a section.
    pub fn section(&mut self, id: &str, title: &str, lead: &str) {
        self.close();
        self.contents.push((id.into(), title.into()));
        let lead = if lead.is_empty() { String::new() } else { format!("<p class=\"lead\">{}</p>", esc(lead)) };
        let title = esc(title);
        let _ = write!(
            self.body,
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\"><h2 id=\"{id}-h\">{title}</h2>{lead}<div class=\"flow\">"
        );
        self.open = true;
    }

    /// Adds HTML to the section.
    pub fn html(&mut self, html: &str) {
        self.body += html;
    }

    /// Adds a figure to the section.
    pub fn figure(&mut self, figure: Figure) {
        self.n_figures += 1;
        let n = self.n_figures;
        let number = self.lang.fill(words::FIGURE, &[&n.to_string()]);
        let _ = write!(
            self.body,
            "<figure class=\"{}\" aria-labelledby=\"f{n}\"><h3 id=\"f{n}\"><span class=\"n\">{number}</span> {}</h3>\
             <p class=\"sub\">{}</p>{}{}<figcaption><p>{}</p><p class=\"src\">{}</p></figcaption><details><summary>{}\
             <span class=\"sr\">: {}</span></summary>{}</details></figure>",
            if figure.wide { "wide" } else { "" },
            esc(figure.title),
            esc(figure.lead),
            figure.svg,
            figure.legend,
            esc(&figure.says),
            esc(&figure.source),
            self.lang.of(words::TABLE),
            esc(figure.title),
            figure.table.html(figure.title),
        );
    }

    fn close(&mut self) {
        if self.open {
            self.body += "</div></section>";
            self.open = false;
        }
    }

    /// The whole file; `head` is what stands above the contents.
    pub fn finish(mut self, head: &str, definitions: &str) -> String {
        self.close();
        let mut contents = String::new();
        for (id, title) in &self.contents {
            let _ = write!(contents, "<li><a href=\"#{id}\">{}</a></li>", esc(title));
        }
        let lang = self.lang;
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><meta name=\"generator\" content=\"Waterbed\">\
             <title>{}</title><style>{}</style></head><body><a class=\"skip\" href=\"#main\">{}</a>{definitions}\
             <header>{head}<nav aria-label=\"{contents_title}\"><ul>{contents}</ul></nav></header>\
             <main id=\"main\" tabindex=\"-1\">{}</main><footer><p>{}</p></footer></body></html>\n",
            lang.code(),
            esc(&self.title),
            include_str!("style.css"),
            lang.of(words::SKIP),
            self.body,
            lang.of(words::MADE_BY),
            contents_title = lang.of(words::CONTENTS),
        )
    }
}

/// Source line of a figure about `indicators`: their sources, and the weakest of their grades.
pub fn source(lang: Lang, indicators: &[&Indicator]) -> String {
    let mut sources: Vec<&str> = Vec::new();
    for i in indicators {
        let text = lang.of(i.source);
        if !sources.contains(&text) {
            sources.push(text);
        }
    }
    let grade = indicators.iter().map(|i| i.grade).max().unwrap_or(Grade::A);
    lang.fill(words::SOURCE, &[&sources.join("; "), &format!("{grade:?}")])
}
