"""Follows the links of a site as site.sh has `crawl` do it: pages of one folder whose names end in .html.

Runs as `scrapy runspider scrapy_site.py -a start=URL -a prefix=URL -O FILE.jsonl`.
"""

import re

from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule


class Site(CrawlSpider):
    name = "site"
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

    def __init__(self, start, prefix, **arguments):
        self.start_urls = [start]
        # it matches a link as it stands; `crawl` has taken its fragment off before
        pages = re.escape(prefix) + r"[^#]*\.html(\?[^#]*)?(#.*)?$"
        links = LinkExtractor(allow=pages, deny_extensions=[])
        self.rules = [Rule(links, callback="page", follow=True)]
        super().__init__(**arguments)

    def parse_start_url(self, response):
        return self.page(response)

    def page(self, response):
        yield {"url": response.url.split("#")[0]}
