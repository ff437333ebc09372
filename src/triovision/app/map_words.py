"""Every text of the map, in the languages of the page."""

from __future__ import annotations

__all__ = ["map_words"]

_ENGLISH = {
    "map": "World map of the answer",
    "map_keys": "Map. Arrow keys move it, plus and minus zoom.",
    "tools": "Map tools",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "show_flat": "Show a flat map",
    "show_globe": "Show a globe",
    "reset": "Back to the answer",
    "show_position": "Show where the photo says it was taken (GPS)",
    "full_screen": "Full screen",
    "leave_full_screen": "Leave full screen",
    "draw": "Draw and measure",
    "draw_polygon": "Draw an area",
    "draw_linestring": "Draw a line",
    "draw_select": "Select and change a shape",
    "measure": "Show lengths and areas",
    "delete_shape": "Delete the selected shape, or the last one",
    "export_shapes": "Save the shapes as GeoJSON",
    "hint_polygon": "Click to set corners; click the first one again to close the area.",
    "hint_linestring": "Click to set points; click the last one again to end the line.",
    "hint_select": "Click a shape to select it, then drag it or its points.",
    "layers": "Map layers",
    "layer_countries": "Countries",
    "layer_satellite": "Satellite",
    "layer_terrain": "Terrain",
    "layer_ocean": "Ocean",
    "layer_streets": "Streets",
    "offline": "offline",
    "online": "internet",
    "online_note": "Layers from the internet tell their provider your address and the area you look at. "
    "Your photo stays on this machine.",
    "unreachable": "The layer “{layer}” cannot be reached: no internet, or its provider does not answer. "
    "The offline map stays.",
    "legend": "Probability by country",
    "centre_note": "Predicted country. The mark stands at its centre: the model knows no more than the country.",
    "alternatives": "Other likely countries; close ones are gathered",
    "gps_marker": "Where the photo itself says it was taken (GPS)",
    "cluster": "{count} likely countries",
    "rank": "rank {rank} of {count}",
    "unknown_country": "The model does not know this country.",
    "unselect": "Close",
    "sources": "Sources of the map",
    "borders_source": "Borders: Natural Earth",
    "touch_help": "Use two fingers to move the map",
    "no_map": "The map cannot be drawn: it needs WebGL in the browser and its files from the server. "
    "The table shows every country’s probability.",
    "percent": "{}\u00a0%",
}

_FRENCH = {
    "map": "Carte du monde de la réponse",
    "map_keys": "Carte. Les flèches la déplacent, plus et moins changent l’échelle.",
    "tools": "Outils de la carte",
    "zoom_in": "Agrandir",
    "zoom_out": "Réduire",
    "show_flat": "Afficher à plat",
    "show_globe": "Afficher le globe",
    "reset": "Revenir à la réponse",
    "show_position": "Montrer où la photo dit avoir été prise (GPS)",
    "full_screen": "Plein écran",
    "leave_full_screen": "Quitter le plein écran",
    "draw": "Dessiner et mesurer",
    "draw_polygon": "Dessiner une surface",
    "draw_linestring": "Dessiner une ligne",
    "draw_select": "Choisir et modifier une forme",
    "measure": "Afficher longueurs et surfaces",
    "delete_shape": "Supprimer la forme choisie, ou la dernière",
    "export_shapes": "Enregistrer les formes en GeoJSON",
    "hint_polygon": "Cliquez pour poser les sommets, puis de nouveau sur le premier pour fermer la surface.",
    "hint_linestring": "Cliquez pour poser les points, puis de nouveau sur le dernier pour finir la ligne.",
    "hint_select": "Cliquez sur une forme pour la choisir, puis déplacez-la ou ses points.",
    "layers": "Fonds de carte",
    "layer_countries": "Pays",
    "layer_satellite": "Satellite",
    "layer_terrain": "Relief",
    "layer_ocean": "Océan",
    "layer_streets": "Rues",
    "offline": "hors ligne",
    "online": "internet",
    "online_note": "Les fonds venus d’internet révèlent à leur fournisseur votre adresse et la zone regardée. "
    "Votre photo reste sur cette machine.",
    "unreachable": "Le fond « {layer} » est inaccessible : pas d’internet, ou son fournisseur ne répond pas. "
    "La carte hors ligne reste affichée.",
    "legend": "Probabilité par pays",
    "centre_note": "Pays prédit. Le repère est posé en son centre : le modèle ne connaît que le pays.",
    "alternatives": "Autres pays probables ; les plus proches sont regroupés",
    "gps_marker": "Là où la photo elle-même dit avoir été prise (GPS)",
    "cluster": "{count} pays probables",
    "rank": "rang {rank} sur {count}",
    "unknown_country": "Le modèle ne connaît pas ce pays.",
    "unselect": "Fermer",
    "sources": "Sources de la carte",
    "borders_source": "Frontières : Natural Earth",
    "touch_help": "Déplacez la carte avec deux doigts",
    "no_map": "La carte ne peut être dessinée : il lui faut WebGL dans le navigateur et ses fichiers du serveur. "
    "Le tableau donne la probabilité de chaque pays.",
    "percent": "{}\u00a0%",
}


def map_words(language: str) -> dict[str, str]:
    """All texts by their names; English for a language that we do not speak.

    Args:
        language: A BCP 47 tag such as `fr` or `fr-CA`.

    Returns:
        The texts, some with `{name}` to be filled in.
    """
    return dict(_FRENCH if language.lower().split("-", maxsplit=1)[0] == "fr" else _ENGLISH)
