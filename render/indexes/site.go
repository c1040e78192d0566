// Package indexes writes the files that list a site's pages for programs: the
// sitemap and robots.txt for search engines, the feed for those who follow the
// site, llms.txt for language models.
package indexes

import (
	"time"

	"handbook/content"
	"handbook/content/config"
	"handbook/render/locale"
	"handbook/render/place"
	"handbook/render/tree"
)

// A Site is what the indexes need to know about a site.
type Site struct {
	Config  *config.Config
	Pages   []*content.Page      // that are published, in reading order
	Root    *tree.Section        // the same, in sections
	Updated map[string]time.Time // when pages were last changed, by path, if that is known
	Address place.Address
	Words   *locale.Locale
}

// RobotsName is the file that search engines ask for. A site may have its own.
const RobotsName = "robots.txt"

const sitemapName = "sitemap.xml"

// Files returns the indexes, by name. Without the site's address there are
// neither a sitemap nor a feed.
func (x *Site) Files() (map[string][]byte, error) {
	files := map[string][]byte{RobotsName: x.robots(), "llms.txt": x.llms()}
	if x.Address != "" {
		files[sitemapName] = x.sitemap()
	}
	if !x.HasFeed() {
		return files, nil
	}
	feed, err := x.feed()
	if err != nil {
		return nil, err
	}
	files[FeedName] = feed
	return files, nil
}
