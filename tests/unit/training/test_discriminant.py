import numpy as np
import torch

from triovision.training.discriminant import discriminant_head
from triovision.training.recipe import HeadStart

MEMBERS = np.array([[1, 1, 0], [0, 0, 1]], np.float32)


def clusters(count=60, dim=4):
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % 2 * 2
    features = torch.randn(count, 3, dim, generator=generator) * 0.3
    features[labels == 0, :, 0] += 2
    features[labels == 2, :, 1] += 2
    return features, labels


def test_it_parts_what_can_be_parted():
    features, labels = clusters()
    weight, bias = discriminant_head(features, labels, torch.ones(len(labels)), MEMBERS, HeadStart("discriminant"))
    logits = features[:, 0] @ weight.T + bias
    assert (logits[:, [0, 2]].argmax(dim=1) * 2 == labels).all()


def test_country_without_photos_leans_on_its_region():
    features, labels = clusters()
    weight, _ = discriminant_head(features, labels, torch.ones(len(labels)), MEMBERS, HeadStart("discriminant"))
    assert torch.isfinite(weight).all()
    assert torch.cosine_similarity(weight[1], weight[0], dim=0) > 0.9


def test_without_leaning_it_stays_finite():
    features, labels = clusters()
    start = HeadStart("discriminant", lean_region=0, lean_all=0)
    weight, bias = discriminant_head(features, labels, torch.ones(len(labels)), MEMBERS, start)
    assert torch.isfinite(weight).all()
    assert torch.isfinite(bias).all()


def test_temperature_divides_the_logits():
    features, labels = clusters()
    heads = [
        discriminant_head(features, labels, torch.ones(len(labels)), MEMBERS, HeadStart(temperature=temperature))
        for temperature in (1, 10)
    ]
    assert torch.allclose(heads[0][0] / 10, heads[1][0], atol=1e-6)
