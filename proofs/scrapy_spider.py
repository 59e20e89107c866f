"""What the pipeline of crawl.sh does, as a Scrapy spider: title, first h1, number of links of each page.

Runs as `scrapy runspider scrapy_spider.py -a urls=FILE -a part=0 -a parts=1 -O FILE.jsonl`. One spider
uses one core, so crawl.sh starts two, each with every other page.
"""

import re

import scrapy

SPACES = re.compile("[ \t\n\f\r\u00a0]+")


def normal_text(nodes):
    """The text as jsoup has it: line breaks are spaces, white space is one space; None without a node."""
    if not nodes:
        return None
    pieces = []
    for part in nodes[0].xpath(".//text() | .//br"):
        pieces.append(part.root if isinstance(part.root, str) else " ")
    return SPACES.sub(" ", "".join(pieces)).strip(" ")


class Javadoc(scrapy.Spider):
    name = "javadoc"
    custom_settings = {
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
        "COOKIES_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "REDIRECT_ENABLED": False,
        "REQUEST_FINGERPRINTER_IMPLEMENTATION": "2.7",
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
    }

    def start_requests(self):
        with open(self.urls, encoding="utf-8") as lines:
            for number, url in enumerate(lines):
                if number % int(self.parts) == int(self.part):
                    yield scrapy.Request(url.strip(), dont_filter=True)

    def parse(self, response):
        output = {
            "title": normal_text(response.xpath("(//title)[1]")),
            "h1": normal_text(response.xpath("(//h1)[1]")),
            "links": int(float(response.xpath("count(//a[@href])").get())),
        }
        yield {"item": response.url, "output": output}
