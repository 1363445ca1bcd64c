namespace KernelGen.Text;

/// <summary>The place of a value in a JSON file. It is put into words only where an error names it: files have thousands of values.</summary>
internal sealed class JsonPath
{
    /// <summary>What errors call a whole file.</summary>
    private const string Whole = "it";

    private readonly JsonPath? _parent;
    private readonly string _name;

    /// <summary>The number of an item; -1 for a member.</summary>
    private readonly int _index;

    /// <summary>A place that has a name of its own.</summary>
    public JsonPath(string name)
        : this(null, name, -1)
    {
    }

    private JsonPath(JsonPath? parent, string name, int index) => (_parent, _name, _index) = (parent, name, index);

    /// <summary>A whole file.</summary>
    public static JsonPath OfFile { get; } = new(Whole);

    /// <summary>The place of a member of an object that is here.</summary>
    public JsonPath Member(string name) => new(this, name, -1);

    /// <summary>The place of an item of an array that is here.</summary>
    public JsonPath Item(int index) => new(this, "", index);

    /// <summary>The place as errors name it: <c>pre_tokenizer.pretokenizers[1]</c>.</summary>
    public override string ToString()
    {
        if (_parent is null)
        {
            return _name;
        }

        if (_index >= 0)
        {
            return $"{_parent}[{_index}]";
        }

        string shown = VocabularyFile.Quote(_name).Trim('"');
        return _parent == OfFile ? shown : $"{_parent}.{shown}";
    }
}
