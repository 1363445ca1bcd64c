namespace KernelGen.Generator.Specification;

/// <summary>What a problem is about.</summary>
internal enum PlaceKind
{
    /// <summary>The attribute as a whole: something is missing from it.</summary>
    Attribute,

    /// <summary>The argument of the constructor: the architecture, or the path of the configuration file.</summary>
    Constructor,

    /// <summary>A property that the attribute sets.</summary>
    Property,

    /// <summary>The name of the class, or of a type around it.</summary>
    TypeName,

    /// <summary>The base class that the class names.</summary>
    BaseClass,

    /// <summary>The name of the method that carries the attribute.</summary>
    MethodName,

    /// <summary>The value of a key of the configuration file.</summary>
    ConfigurationKey,

    /// <summary>A part of the configuration file's text.</summary>
    ConfigurationText,
}

/// <summary>
/// Where a declaration is at fault, in words that need no syntax tree and no file: the analyzer finds the text. A value of the configuration file is named by its
/// key, so that nothing is done again when the file is only formatted anew.
/// </summary>
/// <param name="Kind">What the problem is about.</param>
/// <param name="Property">The name of the property, for <see cref="PlaceKind.Property"/>; the key, for <see cref="PlaceKind.ConfigurationKey"/>.</param>
/// <param name="Depth">For <see cref="PlaceKind.TypeName"/>: 0 for the class, 1 for the type around it, and so on outwards.</param>
/// <param name="Position">For <see cref="PlaceKind.ConfigurationText"/>: the number of characters before it.</param>
/// <param name="Length">For <see cref="PlaceKind.ConfigurationText"/>: the number of its characters.</param>
internal readonly record struct Place(PlaceKind Kind, string Property = "", int Depth = 0, int Position = 0, int Length = 0)
{
    public static Place Attribute => new(PlaceKind.Attribute);

    public static Place Constructor => new(PlaceKind.Constructor);

    public static Place BaseClass => new(PlaceKind.BaseClass);

    public static Place MethodName => new(PlaceKind.MethodName);

    public static Place Of(string property) => new(PlaceKind.Property, property);

    public static Place OfKey(string key) => new(PlaceKind.ConfigurationKey, key);

    public static Place InConfiguration(int position, int length) => new(PlaceKind.ConfigurationText, Position: position, Length: length);

    public static Place TypeName(int depth) => new(PlaceKind.TypeName, Depth: depth);
}
