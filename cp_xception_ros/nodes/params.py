"""ROS parameters from a frozen dataclass: declared, described, checked, read once at start."""

from collections.abc import Callable
from dataclasses import Field, field, fields
from typing import Any, TypeVar

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from .errors import ConfigError

Config = TypeVar('Config')
Range = tuple[float, float]


def param(
    default: Any, help: str, *, range: Range | None = None, choices: tuple[str, ...] | None = None
) -> Any:
    """Describe one parameter: a field of a node's configuration dataclass."""
    return field(default=default, metadata={'help': help, 'range': range, 'choices': choices})


def declare(node: Node, config: type[Config]) -> Config:
    """Declare one read-only parameter per field and return the checked configuration.

    Raises ConfigError: names the parameter, the value and what is allowed.
    """
    return config(**{f.name: _declare_field(node, f) for f in fields(config)})  # type: ignore[arg-type]


def build(node: Node, make: Callable[[], Any]) -> Any:
    """Make what the parameters ask for; what is wrong with them becomes a ConfigError."""
    try:
        return make()
    except (ValueError, OSError) as error:
        raise ConfigError(f'{node.get_name()}: {error}') from error


def allowed(spec: 'Field[Any]') -> str:
    """Say in words what a parameter may be, such as 'a float from 0.0 to 1.0'."""
    if spec.metadata['choices']:
        return 'one of ' + ', '.join(spec.metadata['choices'])
    kind = {bool: 'true or false', int: 'an integer', float: 'a float', str: 'a string'}
    words = kind[type(spec.default)]
    if spec.metadata['range']:
        low, high = spec.metadata['range']
        words += f' from {low} to {high}'
    return words


def _declare_field(node: Node, spec: 'Field[Any]') -> Any:
    try:
        value = node.declare_parameter(spec.name, spec.default, _descriptor(spec)).value
    except ParameterException as error:
        raise ConfigError(
            f'{node.get_name()}: parameter {spec.name} must be {allowed(spec)}: {error}'
        ) from error
    choices = spec.metadata['choices']
    if choices and value not in choices:
        raise ConfigError(
            f'{node.get_name()}: parameter {spec.name} must be {allowed(spec)}, not {value!r}'
        )
    return value


def _descriptor(spec: 'Field[Any]') -> ParameterDescriptor:
    descriptor = ParameterDescriptor(description=spec.metadata['help'], read_only=True)
    if spec.metadata['choices']:
        descriptor.additional_constraints = allowed(spec)
    elif spec.metadata['range'] and isinstance(spec.default, float):
        low, high = map(float, spec.metadata['range'])
        descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
    elif spec.metadata['range']:
        low, high = map(int, spec.metadata['range'])
        descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
    return descriptor
