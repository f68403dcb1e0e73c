"""Tags, which every resource may carry."""

from mmctl.model.shape import Shape
from mmctl.model.texts import TagKey, TagValue


class Tag(Shape):
    """A label on a resource."""

    key: TagKey
    value: TagValue
