//! Generates the client from the document that openapi-to-rust.toml names.

use std::{env, error::Error, fs, path::Path};

use openapi_to_rust::{CodeGenerator, ConfigFile, SchemaAnalyzer, spec_source::parse_spec};

const CONFIG: &str = "openapi-to-rust.toml";

fn main() -> Result<(), Box<dyn Error>> {
    let mut config = ConfigFile::load(Path::new(CONFIG))?.into_generator_config();
    let out = env::var("OUT_DIR")?;
    config.output_dir = Path::new(&out).join("backboard");

    let document = fs::read_to_string(&config.spec_path)?;
    println!("cargo::rerun-if-changed={CONFIG}");
    println!("cargo::rerun-if-changed={}", config.spec_path.display());

    let spec = parse_spec(&document, &config.spec_path.to_string_lossy())?;
    let mut analysis = SchemaAnalyzer::new(spec)?.analyze()?;
    let generator = CodeGenerator::new(config);
    let client = generator.generate_all(&mut analysis)?;
    generator.write_files(&client)?;

    // `#[path]` takes no macro, so the line that names the module is written here, and included in lib.rs.
    let module = format!(
        "#[allow(clippy::all, dead_code)]\n#[path = {:?}]\npub mod backboard;\n",
        format!("{out}/backboard/mod.rs")
    );
    fs::write(Path::new(&out).join("client.rs"), module)?;
    Ok(())
}
