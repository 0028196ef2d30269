import funsies as f

# %% a base class in the place of a subclass
from dataclasses import dataclass


@dataclass(frozen=True)
class Animal:
    name: str


@dataclass(frozen=True)
class Dog(Animal):
    breed: str = "mutt"


@f.task
def breed(dog: Dog) -> str:
    return dog.breed


breed(Animal("rex"))  # Raises: expected Dog, got a value of type Animal  # E: parameter "dog" of "breed" needs "Dog"

# %% a class that is none of the protocol's
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class HasMass(Protocol):
    mass: float


@dataclass(frozen=True)
class Photon:
    energy: float


@f.task
def weigh(thing: HasMass) -> float:
    return thing.mass


weigh(Photon(1.0))  # Raises: expected HasMass, got a value of type Photon  # E: parameter "thing" of "weigh" needs "HasMass"

# %% a class beside the abstract one
from abc import ABC, abstractmethod
from dataclasses import dataclass


class Potential(ABC):
    @abstractmethod
    def energy(self, r: float) -> float: ...


@dataclass(frozen=True)
class Field:
    def energy(self, r: float) -> float:
        return r


@f.task
def energy(potential: Potential, r: float) -> float:
    return potential.energy(r)


energy(Field(), 1.0)  # Raises: expected Potential, got a value of type Field  # E: parameter "potential" of "energy" needs "Potential"

# %% a class without fields that are known, below an abstract one
from abc import ABC, abstractmethod


class Potential(ABC):
    @abstractmethod
    def energy(self, r: float) -> float: ...


class Harmonic(Potential):
    def __init__(self, k: float) -> None:
        self.k = k

    def energy(self, r: float) -> float:
        return self.k * r * r


@f.task
def energy(potential: Potential, r: float) -> float:
    return potential.energy(r)


energy(Harmonic(1.0), 1.0)  # Raises: Harmonic has no encoding; make it a dataclass  # E: An input of "energy" is "Harmonic", which has no encoding

# %% a list of what is no subclass
from dataclasses import dataclass


@dataclass(frozen=True)
class Animal:
    name: str


@dataclass(frozen=True)
class Plant:
    name: str


@f.task
def names(animals: list[Animal]) -> list[str]:
    return [animal.name for animal in animals]


names([Animal("a"), Plant("b")])  # Raises: expected Animal, got a value of type Plant  # E: "Plant"; expected "Animal"

# %% a concrete class without fields that are known, as a result
from abc import ABC, abstractmethod


class Potential(ABC):
    @abstractmethod
    def energy(self, r: float) -> float: ...


class Harmonic(Potential):
    def __init__(self, k: float) -> None:
        self.k = k

    def energy(self, r: float) -> float:
        return self.k * r * r


@f.task
def fit(k: float) -> Harmonic:  # E: Task "fit" returns "Harmonic", which has no encoding
    return Harmonic(k)


fit(1.0)  # Raises: the result of fit: Harmonic has no encoding
