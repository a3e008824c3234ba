/**
 * The map of the branches that the page lists. It adds to a page that says everything without it:
 * its points are the links of the list (`data-lat`, `data-long`), and never the postcode that
 * somebody typed. Where its pictures come from elsewhere, nothing is asked for before a press.
 */
(() => {
  'use strict';
  const { L, branchlineCoastline: coastline } = globalThis;
  const section = document.getElementById('map-section');
  const box = document.getElementById('map');
  const places = branchPlaces();
  if (!L || !section || !box || places.length === 0) return;

  /** Pixels between markers: whatever is nearer than a fingertip becomes one. */
  const APART = 44;
  const SIZE = 34;
  /** No more names than these are written on the map: they would lie on each other. */
  const MOST_NAMES = 5;
  /** Positions are rounded to about a kilometre and the coast is thinned out: no nearer than that. */
  const NEAREST_ZOOM = box.dataset.tiles ? 13 : 9;

  section.hidden = false;
  const offer = document.getElementById('map-offer');
  if (offer) {
    document.getElementById('map-button').addEventListener('click', () => {
      offer.remove();
      draw();
      box.focus();
    });
  } else {
    draw();
  }

  /** The listed branches that have a position, each once. */
  function branchPlaces() {
    const byAddress = new Map();
    for (const link of document.querySelectorAll('a[data-lat]')) {
      const { lat, long, meets = '' } = link.dataset;
      const at = [Number(lat), Number(long)];
      byAddress.set(link.href, { at, href: link.href, name: link.textContent, meets });
    }
    return [...byAddress.values()];
  }

  function draw() {
    box.hidden = false;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const map = L.map(box, {
      attributionControl: false,
      fadeAnimation: !calm,
      zoomAnimation: !calm,
      inertia: !calm,
      maxZoom: NEAREST_ZOOM,
      // A page that is scrolled must not get caught in its map.
      scrollWheelZoom: false,
      zoomControl: false,
    });
    addZoomButtons(map);
    if (box.dataset.tiles) addTiles(map);
    else L.polygon(coastline, { className: 'coast', interactive: false }).addTo(map);
    const markers = L.layerGroup().addTo(map);
    // Leaflet hears keys only while the map itself has the focus, and in a popup its link has it.
    box.addEventListener('keydown', ({ key }) => key === 'Escape' && map.closePopup());
    map.on('zoomend', () => redraw(map, markers));
    map.fitBounds(L.latLngBounds(places.map(({ at }) => at)).pad(0.2), { animate: false });
    redraw(map, markers);
  }

  /** Below the map and not on it, where they would cover markers. */
  function addZoomButtons(map) {
    const row = document.createElement('p');
    row.className = 'zoom';
    const button = (words, press) => {
      const made = row.appendChild(document.createElement('button'));
      made.type = 'button';
      made.className = 'big';
      made.textContent = words;
      made.addEventListener('click', press);
    };
    button('Zoom in', () => map.zoomIn());
    button('Zoom out', () => map.zoomOut());
    box.after(row);
  }

  function addTiles(map) {
    const { tiles, attribution, attributionLink } = box.dataset;
    // Whoever draws the pictures may see on whose site they stand, not which page it is.
    tileLayer(tiles, { maxZoom: NEAREST_ZOOM, referrerPolicy: 'strict-origin' }).addTo(map);
    const credit = document.createElement(attributionLink ? 'a' : 'span');
    if (attributionLink) credit.href = attributionLink;
    credit.textContent = attribution;
    L.control.attribution({ prefix: false }).addAttribution(credit.outerHTML).addTo(map);
  }

  /**
   * Leaflet puts an empty picture of its own, a `data:` address that our policy forbids, in the place
   * of a tile that is not wanted any more. Without an address its loading ends as well.
   */
  function tileLayer(address, options) {
    const Tiles = L.TileLayer.extend({
      _abortLoading() {
        for (const [key, { coords, el }] of Object.entries(this._tiles)) {
          if (coords.z === this._tileZoom) continue;
          if (el.complete) continue;
          el.removeAttribute('src');
          el.remove();
          delete this._tiles[key];
          this.fire('tileabort', { tile: el, coords });
        }
      },
      _removeTile(key) {
        this._tiles[key]?.el.removeAttribute('src');
        return L.GridLayer.prototype._removeTile.call(this, key);
      },
    });
    return new Tiles(address, options);
  }

  function redraw(map, markers) {
    const hadFocus = box.contains(document.activeElement) && document.activeElement !== box;
    markers.clearLayers();
    for (const [index, group] of groupsOf(map).entries()) addMarker(map, markers, group, index);
    // What had the focus may be gone: keep it inside the map instead of losing it to the page.
    if (hadFocus && !box.contains(document.activeElement)) box.focus();
  }

  /** Branches that would lie on top of each other at this zoom stand together. */
  function groupsOf(map) {
    const groups = [];
    for (const place of places) {
      const point = map.project(place.at);
      const near = groups.find((group) => group.point.distanceTo(point) < APART);
      if (near) near.members.push(place);
      else groups.push({ point, members: [place] });
    }
    return groups;
  }

  function addMarker(map, markers, { members }, index) {
    const [first] = members;
    const isMany = members.length > 1;
    const name = isMany ? `${members.length} branches, ${first.name} among them` : first.name;
    const html = isMany ? String(members.length) : '';
    const icon = L.divIcon({ className: 'pin', html, iconSize: [SIZE, SIZE] });
    const marker = L.marker(first.at, { icon, title: name, riseOnHover: true });
    marker.on('add', () => marker.getElement().setAttribute('aria-label', name));
    if (places.length <= MOST_NAMES) {
      const words = document.createElement('span');
      words.textContent = isMany ? `${first.name} +${members.length - 1}` : first.name;
      // By turns above and below, so that neighbours in a row do not write over each other.
      const isAbove = index % 2 === 1;
      marker.bindTooltip(words, {
        permanent: true,
        direction: isAbove ? 'top' : 'bottom',
        offset: [0, isAbove ? -SIZE / 2 : SIZE / 2],
      });
    }
    const bounds = L.latLngBounds(members.map(({ at }) => at));
    const canPart = isMany && !bounds.getNorthEast().equals(bounds.getSouthWest());
    if (canPart && map.getZoom() < NEAREST_ZOOM) {
      const open = () => map.fitBounds(bounds.pad(0.5), { animate: false });
      marker.on('click', open);
      marker.on('keypress', ({ originalEvent }) => originalEvent.key === 'Enter' && open());
    } else {
      addPopup(marker, members);
    }
    markers.addLayer(marker);
  }

  function addPopup(marker, members) {
    const content = document.createElement('ul');
    for (const { href, name, meets } of members) {
      const item = content.appendChild(document.createElement('li'));
      const link = item.appendChild(document.createElement('a'));
      link.href = href;
      link.textContent = name;
      if (meets) item.append(document.createElement('br'), meets);
    }
    marker.bindPopup(content);
    marker.on('popupopen', () => content.querySelector('a').focus());
    marker.on('popupclose', () => marker.getElement()?.focus());
  }
})();
